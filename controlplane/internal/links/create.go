package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fingerpost/fingerpost/sync/link"
	"github.com/fingerpost/fingerpost/sync/wire"
)

// maxMints bounds the search for a generated code that is free. Only aliases
// and reserved words can be in the way, so more than one collision in a row is
// all but impossible unless somebody fills the code space with aliases.
const maxMints = 8

// reuseWithin bounds a single create that looks for a link first; callers' own
// deadlines are shorter.
const reuseWithin = time.Minute

// Draft is a link that somebody asks for.
type Draft struct {
	Domain string // "" for the default one
	Alias  string // "" for a generated code
	Fields Fields
	// Reuse asks for a link of the caller's in the same domain that redirects to
	// the same target already, if there is one. With an alias, only the link of
	// that alias will do.
	Reuse bool
	// CreatedAt, in Unix milliseconds, is when a link that comes from elsewhere
	// was made; 0 means now.
	CreatedAt int64
}

// Made is what became of a Draft.
type Made struct {
	*Link
	Existed  bool // nothing was created: the link was found
	Warnings []Warning
}

// Create makes a link. It is committed when Create returns nil. Not idempotent
// unless d says Reuse.
func (l *Links) Create(ctx context.Context, by Caller, d Draft) (*Made, error) {
	if d.Reuse {
		result := l.CreateAll(ctx, by, []Draft{d}, reuseWithin)[0]
		return result.Made, result.Err
	}
	fresh, err := l.draw(by, d, l.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	if err := l.insert(ctx, fresh); err != nil {
		return nil, err
	}
	l.publish(ctx, "", fresh)
	return &Made{Link: fresh, Warnings: l.warn(ctx, fresh)}, nil
}

// draw turns a draft into a link of the time now, without a code if it has no alias,
// or says everything that is wrong with it.
func (l *Links) draw(by Caller, d Draft, now int64) (*Link, error) {
	drawn := &Link{
		Link:      link.Link{Status: link.Active},
		Tags:      []string{},
		Custom:    d.Alias != "",
		CreatedBy: by.ID,
		UpdatedBy: by.ID,
		Workspace: by.Workspace,
		CreatedAt: now,
		UpdatedAt: now,
	}
	var bad Invalid
	if d.Fields.URL == nil {
		bad.add("long_url", Required, "is missing")
	}
	if drawn.Custom {
		shortest := link.MinAlias
		if d.CreatedAt != 0 {
			shortest = 1 // it is printed somewhere already
		}
		l.checkAlias(d.Alias, shortest, &bad)
		drawn.Code = d.Alias
	}
	domain := l.checkDomain(by, d.Domain, &bad)
	drawn.Domain = domain.GetName()
	drawn.Redirect = redirectOf(domain)
	d.Fields.apply(drawn, l.Domains, now, &bad)
	if d.Fields.ExpiresAt != nil && drawn.ExpiresAt != 0 && drawn.ExpiresAt <= now && d.CreatedAt == 0 {
		bad.add("expires_at", Past, "has passed already")
	}
	if d.CreatedAt != 0 {
		drawn.CreatedAt = d.CreatedAt
		if d.CreatedAt < 0 || d.CreatedAt > now {
			bad.add("created_at", Bad, "must lie between 1970 and now")
		}
	}
	return drawn, bad.err()
}

// checkDomain gives the domain that a caller means. One of another workspace is
// none, as far as the caller can tell.
func (l *Links) checkDomain(by Caller, name string, bad *Invalid) *wire.Domain {
	if name == "" {
		name = l.Domain
	}
	domain := l.Domains.Settings(name)
	if domain == nil || !by.MayUse(domain) {
		bad.add("domain", Unknown, "is not one of ours")
		return nil
	}
	return domain
}

// MayUse says whether c may put links on d.
func (c Caller) MayUse(d *wire.Domain) bool {
	return c.Admin || d.GetWorkspace() == "" || d.GetWorkspace() == c.Workspace
}

// insert stores made, under minted codes until one is free unless it has an
// alias. A number that met a taken code is wasted; there are enough.
func (l *Links) insert(ctx context.Context, made *Link) error {
	if made.Custom {
		return classed("creating link", l.Store.CreateLink(ctx, made))
	}
	for range maxMints {
		if err := l.mint(ctx, made); err != nil {
			return err
		}
		err := l.Store.CreateLink(ctx, made)
		if !errors.Is(err, ErrTaken) {
			return classed("creating link", err)
		}
	}
	return errNoCode()
}

func errNoCode() error {
	return fmt.Errorf("%w: %d generated codes in a row were taken", ErrUnavailable, maxMints)
}

// mint gives made a code that reads like no word that we would refuse a person.
func (l *Links) mint(ctx context.Context, made *Link) error {
	length := l.Length
	if wanted := int(l.Domains.Settings(made.Domain).GetCodeLength()); l.encoder(wanted) != nil {
		length = wanted
	}
	for {
		id, used, err := l.Minter.Mint(ctx, length)
		if err != nil {
			return classed("minting code", err)
		}
		encoder := l.encoder(used)
		if encoder == nil {
			return fmt.Errorf("%w: codes of length %d are not in use", ErrUnavailable, used)
		}
		made.Code = encoder.Encode(id)
		if !l.reserved(made.Code) && !l.offends(made.Code) {
			return nil
		}
	}
}

// encoder gives what makes codes of a length; nil if they are not in use.
func (l *Links) encoder(length int) Encoder {
	if length == l.Length {
		return l.Codes
	}
	return l.Lengths[length]
}
