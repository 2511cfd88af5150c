package links

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/fingerpost/fingerpost/sync/link"
)

// reservedText lists, one a line, the codes that no link may have, in any case:
// words that we, crawlers or browsers may want to serve ourselves some day.
//
//go:embed reserved.txt
var reservedText string

func readReserved() map[string]bool {
	words := make(map[string]bool)
	for word := range strings.FieldsSeq(reservedText) {
		words[word] = true
	}
	return words
}

func (l *Links) reserved(code string) bool { return l.words[strings.ToLower(code)] }

// checkAlias adds to bad what is wrong with a code that a person chose.
func (l *Links) checkAlias(alias string, bad *Invalid) {
	switch {
	case len(alias) < link.MinAlias:
		bad.add("alias", TooShort, fmt.Sprintf("must have at least %d characters", link.MinAlias))
	case len(alias) > link.MaxAlias:
		bad.add("alias", TooLong, fmt.Sprintf("must have at most %d characters", link.MaxAlias))
	case link.CheckCode(alias) != nil:
		bad.add("alias", Bad, link.CheckCode(alias).Error())
	case l.reserved(alias):
		bad.add("alias", Reserved, "is reserved; choose another")
	}
}
