//go:build tools

// Package tools holds the imports that keep the built commands in go.mod and go.sum.
package tools

import (
	_ "sigs.k8s.io/cri-tools/cmd/crictl"
)
