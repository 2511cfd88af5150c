// Package visit tells what a click says about its visitor: by what program,
// from which country, from which page, in which language, by which campaign.
//
// It is given no more than a visitor's network, never the address, and makes no
// requests. What it does not know is the empty string, not a guess. The one
// function that takes an address is Register: it turns it, with a salt that is
// thrown away every day, into a register of a sketch that counts visitors,
// from which no address can be had again.
//
// All values are short, valid UTF-8 and free of control characters, whatever
// the visitor sent.
package visit
