package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// schema is as much of a schema as the test below looks at.
type schema struct {
	Ref        string            `json:"$ref"`
	Example    any               `json:"example"`
	Examples   []any             `json:"examples"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	AnyOf      []schema          `json:"anyOf"`
}

type content map[string]struct {
	Schema  schema `json:"schema"`
	Example any    `json:"example"`
}

// TestOpenAPI holds the description to what a reader needs: every call says in
// words what it does, and shows an example of what it takes.
func TestOpenAPI(t *testing.T) {
	f := start(t)
	var spec struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Summary     string   `json:"summary"`
			Tags        []string `json:"tags"`
			RequestBody struct {
				Content content `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(f.do("GET", "/openapi.json", "").body), &spec); err != nil {
		t.Fatal(err)
	}
	var shown func(s schema) bool
	shown = func(s schema) bool {
		if s.Ref != "" {
			s = spec.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
		}
		switch {
		case s.Example != nil || len(s.Examples) > 0 || len(s.Enum) > 0 || s.Format == "date-time":
			return true
		case len(s.AnyOf) > 0:
			return shown(s.AnyOf[0])
		case s.Items != nil:
			return shown(*s.Items)
		}
		for _, name := range s.Required {
			if !shown(s.Properties[name]) {
				return false
			}
		}
		for _, property := range s.Properties {
			if shown(property) {
				return true
			}
		}
		return false
	}
	for path, operations := range spec.Paths {
		for method, o := range operations {
			if o.Summary == "" || len(o.Tags) == 0 || o.OperationID == "" {
				t.Errorf("%s %s is not described", method, path)
			}
			for kind, body := range o.RequestBody.Content {
				if body.Example == nil && !shown(body.Schema) {
					t.Errorf("%s %s shows no example of its %s", method, path, kind)
				}
			}
		}
	}
}

// Every write that edges hear of says that it can wait for them, and takes the word.
func TestWaitIsDescribed(t *testing.T) {
	f := start(t)
	var spec struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal([]byte(f.do("GET", "/openapi.json", "").body), &spec); err != nil {
		t.Fatal(err)
	}
	for path, operations := range spec.Paths {
		for method, o := range operations {
			described := false
			for _, p := range o.Parameters {
				described = described || p.Name == "wait" && p.In == "query"
			}
			writes := method != "get" && strings.HasPrefix(path, "/api/v1/urls") || path == "/api/v1/receipts/{revision}"
			if described != writes {
				t.Errorf("%s %s describes ?wait: %v", method, path, described)
			}
		}
	}
	f.do("POST", "/api/v1/urls?wait=edges", `{"long_url":"https://example.com/"}`).want(t, 201, "", "")
}
