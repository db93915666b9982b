//go:build tools

// Package tools holds the imports that keep the built commands in go.mod and go.sum.
package tools

import (
	_ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
)
