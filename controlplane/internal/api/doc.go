// Package api is the public HTTP API: JSON under /api/v1, described at
// /openapi.json.
//
// It promises that every answer that is not a success is an
// application/problem+json, also those of the router, that no answer tells
// another tenant's link from one that never was, and that no request waits
// longer for the database than Options.Deadline. errors.go is the only place
// where an error becomes a status.
//
// The rules themselves live in package links; here is only their spelling in
// HTTP and JSON.
package api
