package api_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract holds the answers of all tests of this package to what OpenAPI says
// of them. The description is the same for every fixture, so one is read.
type contract struct {
	once       sync.Once
	mu         sync.Mutex // compiler and schemas
	routes     *http.ServeMux
	operations map[string]operation // by the pattern in routes
	shared     map[string]response
	compiler   *jsonschema.Compiler
	schemas    map[string]*jsonschema.Schema
}

type operation struct {
	Responses map[string]response `json:"responses"`
}

type response struct {
	Ref     string                     `json:"$ref"`
	Content map[string]json.RawMessage `json:"content"`
}

var description contract

func (d *contract) read(t testing.TB, handler http.Handler) {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", http.NoBody))
	data := recorder.Body.Bytes()
	var spec struct {
		Paths      map[string]map[string]operation
		Components struct{ Responses map[string]response }
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err == nil {
		err = json.Unmarshal(data, &spec)
	}
	d.compiler = jsonschema.NewCompiler()
	d.compiler.AssertFormat()
	if err == nil {
		err = d.compiler.AddResource("openapi.json", root)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.routes, d.operations, d.shared = http.NewServeMux(), make(map[string]operation), spec.Components.Responses
	d.schemas = make(map[string]*jsonschema.Schema)
	for path, methods := range spec.Paths {
		for method, op := range methods {
			pattern := strings.ToUpper(method) + " " + path
			d.routes.Handle(pattern, http.NotFoundHandler())
			d.operations[pattern] = op
		}
	}
}

// hold fails unless the answer is described: its status, its type, its fields.
func (d *contract) hold(t testing.TB, handler http.Handler, request *http.Request, a *answer) {
	t.Helper()
	d.once.Do(func() { d.read(t, handler) })
	_, pattern := d.routes.Handler(request)
	op, ok := d.operations[pattern]
	if !ok || request.Method == http.MethodHead {
		return
	}
	status := strconv.Itoa(a.status)
	said, ok := op.Responses[status]
	if !ok && a.status >= 400 {
		status = "default"
		said, ok = op.Responses[status]
	}
	if !ok {
		t.Errorf("%s answers %d, which is not described", pattern, a.status)
		return
	}
	method, path, _ := strings.Cut(pattern, " ")
	at := pointer("paths", path, strings.ToLower(method), "responses", status)
	if name, ok := strings.CutPrefix(said.Ref, "#/components/responses/"); ok {
		said, at = d.shared[name], pointer("components", "responses", name)
	}
	if a.body == "" {
		return
	}
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	if _, ok := said.Content[kind]; !ok {
		t.Errorf("%s answers %d with %s, which is not described", pattern, a.status, kind)
		return
	}
	if err := d.check(at+pointer("content", kind, "schema"), kind, a.body); err != nil {
		t.Errorf("%s answers %d otherwise than described: %v\n%s", pattern, a.status, err, a.body)
	}
}

// check validates what is one value of JSON.
func (d *contract) check(at, kind, body string) error {
	if !strings.HasSuffix(kind, "json") || kind == "application/x-ndjson" {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	schema, ok := d.schemas[at]
	if !ok {
		compiled, err := d.compiler.Compile("openapi.json#" + at)
		if err != nil {
			return err
		}
		schema, d.schemas[at] = compiled, compiled
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// pointer is RFC 6901's, as part of an address.
func pointer(names ...string) string {
	var p strings.Builder
	for _, name := range names {
		p.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name))
	}
	return p.String()
}
