package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// optional is a field of a PATCH: left out, null, or a value.
type optional[T any] struct {
	set, null bool
	value     T
}

// UnmarshalJSON is called only if the field is there.
func (o *optional[T]) UnmarshalJSON(data []byte) error {
	o.set = true
	if string(data) == "null" {
		o.null = true
		return nil
	}
	return json.Unmarshal(data, &o.value)
}

// Schema is T's, or null.
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	schema := *r.Schema(reflect.TypeFor[T](), true, "")
	schema.Nullable = true
	return &schema
}

// pointer is nil for a field that was left out, and the zero T for null.
func (o optional[T]) pointer() *T {
	if !o.set {
		return nil
	}
	return &o.value
}
