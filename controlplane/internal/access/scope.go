package access

import "slices"

// Scope is one thing that a key may do.
type Scope string

// The scopes. Admin implies all others, sees every workspace, and rules over
// keys, users, domains and the audit.
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
	s = Scope(name)
	return s, slices.Contains(Scopes(), s)
}

// contains says whether scopes has s, or Admin, which implies it.
func contains(scopes []Scope, s Scope) bool {
	return slices.Contains(scopes, s) || slices.Contains(scopes, Admin)
}

// Role bounds what the keys of a user may do, whatever their scopes. It takes
// effect within a second.
type Role string

// The roles.
const (
	Viewer        Role = "viewer" // reads links and their statistics
	Editor        Role = "editor" // and writes links
	Administrator Role = "admin"  // everything, in every workspace

	none Role = "none" // of a user who is disabled
)

// Roles lists those that a user can be given.
func Roles() []Role { return []Role{Viewer, Editor, Administrator} }

func (r Role) scopes() []Scope {
	switch r {
	case Viewer:
		return []Scope{ReadURLs, ReadStats}
	case Editor:
		return []Scope{ReadURLs, WriteURLs, ReadStats}
	case Administrator:
		return []Scope{Admin}
	}
	return nil
}
