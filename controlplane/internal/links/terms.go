package links

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fingerpost/fingerpost/sync/link"
)

// Bounds of what is indexed of a link. Beyond them lie query strings with
// hundreds of parameters, which nobody looks for; what they hold is found only
// by what stands before it.
const (
	maxWords = 32
	maxWord  = 32 // bytes
)

// Marks tell the kinds of terms apart. Words start with a letter or a digit.
const (
	tagMark    = "#"
	targetMark = "="
	shapeMark  = "~"
)

// TagTerm is the term of links that carry tag, case and all.
func TagTerm(tag string) string { return tagMark + tag }

// TargetTerm is the term of links whose target has the same canonical form as url.
func TargetTerm(url string) string { return targetMark + fingerprint(url) }

// ShapeTerm is the term of links with an alias that looks like code.
func ShapeTerm(code string) string { return shapeMark + shape(code) }

// IsWord says whether term is a word of a link's texts.
func IsWord(term string) bool { return !strings.ContainsAny(term[:1], tagMark+targetMark+shapeMark) }

// Terms gives everything that l is found by, each term once. A deleted link is
// found by nothing.
func Terms(l *Link) []string {
	if l.Status == link.Deleted {
		return nil
	}
	terms := make([]string, 0, 16)
	for _, text := range searchedTexts(l) {
		terms = appendWords(terms, text)
	}
	for _, tag := range l.Tags {
		terms = append(terms, TagTerm(tag))
	}
	terms = append(terms, TargetTerm(l.URL))
	if l.Custom {
		terms = append(terms, ShapeTerm(l.Code))
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}

// searchedTexts gives what a search looks at, the most telling first.
func searchedTexts(l *Link) []string {
	return slices.Concat([]string{l.Code, l.Title}, l.Tags, []string{l.URL})
}

// appendWords adds the words of text that are not there yet, up to maxWords.
// Those that nearly every link has are left out: they lead nowhere.
func appendWords(words []string, text string) []string {
	for word := range splitWords(strings.ToLower(text)) {
		if len(words) == maxWords {
			return words
		}
		if word = clip(word); !commonWord(word) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

func splitWords(lower string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(lower, func(r rune) bool { return !isWordRune(r) })
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// clip cuts a word to maxWord bytes, at the start of a rune.
func clip(word string) string {
	if len(word) <= maxWord {
		return word
	}
	end := maxWord
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

func commonWord(word string) bool {
	switch word {
	case "http", "https", "www", "com", "org", "net", "html", "htm", "php":
		return true
	}
	return false
}
