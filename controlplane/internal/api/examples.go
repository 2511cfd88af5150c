package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// examples are bodies that work as they stand, by the call's operation id. Without
// them a page makes them up of every field, also of those that exclude each other.
func examples() map[string]json.RawMessage {
	return map[string]json.RawMessage{
		"create-url":     json.RawMessage(`{"long_url":"https://example.com/autumn?utm_source=poster","alias":"autumn","title":"Autumn sale","tags":["poster"]}`),
		"create-urls":    json.RawMessage(`{"items":[{"long_url":"https://example.com/1"},{"long_url":"https://example.com/2","tags":["poster"]}]}`),
		"change-url":     json.RawMessage(`{"long_url":"https://example.com/winter","title":"Winter sale"}`),
		"create-domain":  json.RawMessage(`{"name":"go.example.com","unknown_url":"https://example.com/"}`),
		"change-domain":  json.RawMessage(`{"unknown_url":"https://example.com/lost"}`),
		"create-key":     json.RawMessage(`{"name":"newsletter","scopes":["urls:read","urls:write"]}`),
		"create-user":    json.RawMessage(`{"email":"anna@example.com","name":"Anna","role":"editor"}`),
		"change-user":    json.RawMessage(`{"name":"Anna"}`),
		"create-webhook": json.RawMessage(`{"url":"https://example.com/hooks/links","events":["link.created"]}`),
	}
}

// describeExamples puts the examples where they belong, once all calls are registered.
func describeExamples(o *huma.OpenAPI) {
	all := examples()
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Patch} {
			if op != nil && all[op.OperationID] != nil {
				op.RequestBody.Content["application/json"].Example = all[op.OperationID]
			}
		}
	}
}
