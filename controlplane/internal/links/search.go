package links

import (
	"strings"
	"unicode/utf8"
)

// Search is a text that links are looked for with: parts separated by spaces, of
// which a link must have all, each at the start of a word of its code, title,
// tags or URL, in any case. Signs mean themselves; a part that starts with one
// may stand anywhere.
type Search struct {
	parts []string // in lower case
	// Word is the longest of the words, clipped as in the index; "" if all are
	// signs or common, so that no index helps.
	Word string
	// Needle is the longest word of ASCII, common ones too: every match has it in
	// one of its texts. "" if there is none.
	Needle string
}

// ParseSearch reads what a person typed.
func ParseSearch(text string) Search {
	s := Search{parts: strings.Fields(strings.ToLower(text))}
	for _, part := range s.parts {
		for word := range splitWords(part) {
			if len(word) > len(s.Needle) && ascii(word) {
				s.Needle = word
			}
			if word = clip(word); len(word) > len(s.Word) && !commonStart(word) {
				s.Word = word
			}
		}
	}
	return s
}

// commonStart says whether word may be the start of a common word, which the
// index lacks.
func commonStart(word string) bool {
	for _, common := range []string{"https", "www", "com", "org", "net", "html", "php"} {
		if strings.HasPrefix(common, word) {
			return true
		}
	}
	return false
}

// Matches says whether l is one of those that are looked for.
func (s Search) Matches(l *Link) bool {
	texts := searchedTexts(l)
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	for _, part := range s.parts {
		if !anyHas(texts, part) {
			return false
		}
	}
	return true
}

func anyHas(texts []string, part string) bool {
	for _, text := range texts {
		if hasAtWord(text, part) {
			return true
		}
	}
	return false
}

// hasAtWord says whether part stands in text, at the start of a word if it
// starts like one.
func hasAtWord(text, part string) bool {
	first, _ := utf8.DecodeRuneInString(part)
	anywhere := !isWordRune(first)
	for at := 0; ; {
		i := strings.Index(text[at:], part)
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if anywhere || at == 0 || !isWordRune(before) {
			return true
		}
		at++
	}
}
