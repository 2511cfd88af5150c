package links

import (
	"context"
	"errors"
	"fmt"

	"github.com/fingerpost/fingerpost/sync/link"
)

// maxMints bounds the search for a generated code that is free. Only aliases
// and reserved words can be in the way, so more than one collision in a row is
// all but impossible unless somebody fills the code space with aliases.
const maxMints = 8

// Create makes a link in domain ("" for the default) under alias, or under a
// generated code if alias is "". The link is committed when Create returns
// nil. Not idempotent.
func (l *Links) Create(ctx context.Context, by Caller, domain, alias string, fields Fields) (*Link, error) {
	now := l.Now().UnixMilli()
	made := &Link{
		Link:      link.Link{Status: link.Active, Redirect: 302},
		Tags:      []string{},
		Custom:    alias != "",
		CreatedBy: by.ID,
		Workspace: by.Workspace,
		CreatedAt: now,
		UpdatedAt: now,
	}
	if err := l.check(made, domain, alias, fields); err != nil {
		return nil, err
	}
	if err := l.insert(ctx, made); err != nil {
		return nil, err
	}
	l.publish(ctx, made)
	return made, nil
}

// check fills made from what is asked for, or says everything that is wrong.
func (l *Links) check(made *Link, domain, alias string, fields Fields) error {
	var bad Invalid
	if fields.URL == nil {
		bad.add("long_url", Required, "is missing")
	}
	if made.Custom {
		l.checkAlias(alias, &bad)
		made.Code = alias
	}
	if domain == "" {
		domain = l.Domain
	}
	name, ok := l.Domains.Name(domain)
	if !ok {
		bad.add("domain", Unknown, "is not one of ours")
	}
	made.Domain = name
	fields.apply(made, l.Domains, made.CreatedAt, &bad)
	if fields.ExpiresAt != nil && made.ExpiresAt != 0 && made.ExpiresAt <= made.CreatedAt {
		bad.add("expires_at", Past, "has passed already")
	}
	return bad.err()
}

// insert stores made, under minted codes until one is free unless it has an
// alias. A number that met a taken code is wasted; there are enough.
func (l *Links) insert(ctx context.Context, made *Link) error {
	if made.Custom {
		return classed("creating link", l.Store.CreateLink(ctx, made))
	}
	for range maxMints {
		id, err := l.Minter.Mint(ctx, l.Length)
		if err != nil {
			return classed("minting code", err)
		}
		made.Code = l.Codes.Encode(id)
		if l.reserved(made.Code) {
			continue
		}
		err = l.Store.CreateLink(ctx, made)
		if !errors.Is(err, ErrTaken) {
			return classed("creating link", err)
		}
	}
	return fmt.Errorf("%w: %d generated codes in a row were taken", ErrUnavailable, maxMints)
}
