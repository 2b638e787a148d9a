// Runs the program of examples/go, which is beside it then, with the engine that the tests have.
package main

import (
	"testing"

	"sipgate-provider/tests/golang/run"
)

func TestMain(*testing.M) { run.Main(program) }
