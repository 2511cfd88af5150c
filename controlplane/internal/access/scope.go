package access

import "slices"

// Scope is one thing that a key may do.
type Scope string

// The scopes. Admin implies all others and sees every tenant's links.
const (
	ReadURLs  Scope = "urls:read"
	WriteURLs Scope = "urls:write"
	ReadStats Scope = "stats:read"
	Admin     Scope = "admin"
)

// Scopes lists all of them, for messages and checks.
func Scopes() []Scope { return []Scope{ReadURLs, WriteURLs, ReadStats, Admin} }

// ParseScope is Scope(name) if there is such a scope.
func ParseScope(name string) (s Scope, ok bool) {
	for _, s := range Scopes() {
		if string(s) == name {
			return s, true
		}
	}
	return "", false
}

// Allows says whether the key may do what s stands for.
func (k *Key) Allows(s Scope) bool {
	return slices.Contains(k.Scopes, s) || slices.Contains(k.Scopes, Admin)
}
