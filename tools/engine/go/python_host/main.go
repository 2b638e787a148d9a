// python_host starts Pulumi's Python host of SDK 3.78 with the option `virtualenv` of the project.
//
// That host takes the option as a flag. Today's command line gives no flags: it sends the options with each call, in
// fields that this host does not know.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"gopkg.in/yaml.v3"
)

func main() {
	err := start()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// start becomes the host, which is in the folder above the one of this program and its scripts.
func start() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return err
	}
	folder, name := filepath.Split(program)
	host := filepath.Join(folder, "..", name)
	options, err := options()
	if err != nil {
		return err
	}
	arguments := append([]string{host, "-use-executor", filepath.Join(folder, name+"-exec")}, options...)
	return syscall.Exec(host, append(arguments, os.Args[1:]...), os.Environ())
}

// options gives the host's flags for the project of the current folder; there are none without a project.
func options() ([]string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(folder, "Pulumi.yaml"))
		if err == nil {
			return read(text, folder), nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		above := filepath.Dir(folder)
		if above == folder {
			return nil, nil
		}
		folder = above
	}
}

func read(text []byte, root string) []string {
	var project struct {
		Runtime struct {
			Options struct {
				Virtualenv string
			}
		}
	}
	// `runtime` can be a name alone, and what is wrong in the file is the command line's to say.
	if yaml.Unmarshal(text, &project) != nil || project.Runtime.Options.Virtualenv == "" {
		return nil
	}
	return []string{"-root", root, "-virtualenv", project.Runtime.Options.Virtualenv}
}
