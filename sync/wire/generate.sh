#!/bin/sh
# Generates the Go code of fingerpost.proto with the pinned plugins of go.mod.
# Needs protoc 3.21 or later; the line that names its version is left out, so
# that every version gives the same files.
set -eu
cd "$(dirname "$0")"
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin" google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
PATH="$bin:$PATH" protoc --go_out=. --go_opt=paths=source_relative \
	--go-grpc_out=. --go-grpc_opt=paths=source_relative fingerpost.proto
sed -i -E '/^\/\/ (-  *)?[[:space:]]*protoc +v/d' fingerpost.pb.go fingerpost_grpc.pb.go
