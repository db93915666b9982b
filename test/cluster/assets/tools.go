//go:build tools

// Package assets holds the imports that keep the built commands in go.mod and go.sum.
package assets

import (
	_ "go.etcd.io/etcd/etcdctl/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
