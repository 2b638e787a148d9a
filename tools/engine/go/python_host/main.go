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
	root, virtualenv, err := project()
	if err != nil {
		return err
	}
	folder, name := filepath.Split(program)
	arguments := []string{name, "-use-executor", filepath.Join(folder, name+"-exec")}
	if virtualenv != "" {
		arguments = append(arguments, "-root", root, "-virtualenv", virtualenv)
		if !filepath.IsAbs(virtualenv) {
			virtualenv = filepath.Join(root, virtualenv)
		}
		// `pulumi about` is answered with what is on PATH.
		search := filepath.Join(virtualenv, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
		if err := os.Setenv("PATH", search); err != nil {
			return err
		}
	}
	host := filepath.Join(folder, "..", name)
	return syscall.Exec(host, append(arguments, os.Args[1:]...), os.Environ())
}

// project finds the project of the current folder: its root, and its option `virtualenv`, which can be empty.
func project() (root, virtualenv string, err error) {
	root, err = os.Getwd()
	if err != nil {
		return "", "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
		if err == nil {
			return root, option(text), nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", "", err
		}
		above := filepath.Dir(root)
		if above == root {
			return "", "", nil
		}
		root = above
	}
}

func option(text []byte) string {
	var project struct {
		Runtime struct {
			Options struct {
				Virtualenv string
			}
		}
	}
	// `runtime` can be a name alone, and what is wrong in the file is the command line's to say.
	if yaml.Unmarshal(text, &project) != nil {
		return ""
	}
	return project.Runtime.Options.Virtualenv
}
