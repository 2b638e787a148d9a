// Package run runs a program on the engine by the Automation API, which needs no language host: with the argument up
// or destroy, in the folder of a project with a stack. What was done is printed as JSON.
package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type result struct {
	Changes *map[string]int `json:"changes"`
	Outputs auto.OutputMap  `json:"outputs"`
}

// Main ends the process if the run fails.
func Main(program pulumi.RunFunc) {
	if err := run(program); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(program pulumi.RunFunc) error {
	ctx := context.Background()
	stack, err := auto.SelectStackInlineSource(ctx, "trial", "trial", program, auto.WorkDir("."))
	if err != nil {
		return err
	}
	var done result
	switch os.Args[1] {
	case "up":
		up, err := stack.Up(ctx)
		if err != nil {
			return err
		}
		done.Changes = up.Summary.ResourceChanges
	case "destroy":
		destroyed, err := stack.Destroy(ctx)
		if err != nil {
			return err
		}
		done.Changes = destroyed.Summary.ResourceChanges
	default:
		return fmt.Errorf("%q is neither up nor destroy", os.Args[1])
	}
	if done.Outputs, err = stack.Outputs(ctx); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}
