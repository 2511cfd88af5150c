package access

// Key is an API key as it is stored: all but the key itself.
type Key struct {
	// ID is the public part of the key, shown in lists and logs.
	ID   string
	Name string
	// UserID owns what this key creates: a user's id, or the key's own id if it
	// belongs to no user.
	UserID string
	// Workspace is the tenant whose links the key sees.
	Workspace string
	Scopes    []Scope
	// Unlimited exempts the key from rate limits; the first admin key is.
	Unlimited bool
	// RateLimit is how many requests a second the key may make; 0 is the default.
	RateLimit int
	// CreatedAt, ExpiresAt, RevokedAt and LastUsedAt are Unix milliseconds; the
	// latter three are 0 for never and not yet. LastUsedAt is up to a minute late.
	CreatedAt, ExpiresAt, RevokedAt, LastUsedAt int64
	// Role is the user's, as of now; "" if the key belongs to no user. A user who
	// is disabled has the role none.
	Role Role
	// Hash is the SHA-256 of the whole key.
	Hash [32]byte
}

// Allows says whether the key may do what s stands for, and its user, too.
func (k *Key) Allows(s Scope) bool {
	return contains(k.Scopes, s) && (k.Role == "" || contains(k.Role.scopes(), s))
}

// ended says whether the key is revoked or has expired at now.
func (k *Key) ended(now int64) bool {
	return k.RevokedAt != 0 || k.ExpiresAt != 0 && now >= k.ExpiresAt || k.Role == none
}
