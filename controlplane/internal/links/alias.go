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

// offensiveText lists words that nobody wants on their poster. It is short on
// purpose: what else offends depends on the place, and operators add it.
//
//go:embed offensive.txt
var offensiveText string

// ReadWords reads a list of words: one a line, in any case; what follows # is a
// remark.
func ReadWords(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words = append(words, strings.Fields(strings.ToLower(line))...)
	}
	return words
}

// wordSet is the words of both lists, the built-in and the operator's.
func wordSet(text string, more []string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range append(ReadWords(text), more...) {
		set[strings.ToLower(word)] = true
	}
	return set
}

func (l *Links) reserved(code string) bool { return l.words[strings.ToLower(code)] }

// offends says whether code, or a part of it between - and _, is an offensive
// word, also with digits for letters. Words inside of words are let be: more
// names hold one by accident than on purpose. So are numbers: poster-7175 is one
// of a series.
func (l *Links) offends(code string) bool {
	lower := strings.ToLower(code)
	if l.offensiveWord(lower) || l.offensiveWord(strings.Map(joined, lower)) {
		return true
	}
	for part := range strings.FieldsFuncSeq(lower, func(r rune) bool { return r == '-' || r == '_' }) {
		if l.offensiveWord(part) {
			return true
		}
	}
	return false
}

// offensiveWord looks for word also with letters for its digits, unless it has
// nothing else.
func (l *Links) offensiveWord(word string) bool {
	number := strings.Trim(word, "0123456789") == ""
	return l.offensive[word] || !number && l.offensive[strings.Map(letterOf, word)]
}

// letterOf is the letter that a digit stands for in a word.
func letterOf(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1':
		return 'i'
	case '3':
		return 'e'
	case '4':
		return 'a'
	case '5':
		return 's'
	case '7':
		return 't'
	}
	return r
}

// joined leaves out what parts a word.
func joined(r rune) rune {
	if r == '-' || r == '_' {
		return -1
	}
	return r
}

// checkAlias adds to bad what is wrong with a code that a person chose.
func (l *Links) checkAlias(alias string, shortest int, bad *Invalid) {
	switch {
	case len(alias) < shortest:
		bad.add("alias", TooShort, fmt.Sprintf("must have at least %d characters", shortest))
	case len(alias) > link.MaxAlias:
		bad.add("alias", TooLong, fmt.Sprintf("must have at most %d characters", link.MaxAlias))
	case link.CheckCode(alias) != nil:
		bad.add("alias", Bad, link.CheckCode(alias).Error())
	case l.reserved(alias):
		bad.add("alias", Reserved, "is reserved; choose another")
	case l.offends(alias):
		bad.add("alias", Offensive, "holds a word that this service does not print; choose another")
	}
}
