package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Problem is an answer that is no success.
type Problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"` // of HTTP
	Detail string         `json:"detail"` // for people
	Code   string         `json:"code"`   // for programs, such as taken or not_found
	Errors []ProblemField `json:"errors,omitempty"`

	// RetryAfter is what the answer advises; 0 if it advises nothing.
	RetryAfter time.Duration `json:"-"`
}

// ProblemField is what is wrong with one field, or what to look at in it.
type ProblemField struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error says what happened.
func (p *Problem) Error() string {
	return fmt.Sprintf("control plane: %s (%d %s)", p.Detail, p.Status, p.Code)
}

// maxProblem bounds what is read of a refusal.
const maxProblem = 1 << 20

// readProblem makes do with what a proxy in between may have answered.
func readProblem(r *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(r.Body, maxProblem)) // what could be read may be enough
	p := &Problem{}
	if json.Unmarshal(text, p) != nil || p.Status == 0 {
		p = &Problem{Detail: http.StatusText(r.StatusCode), Code: "unknown"}
	}
	p.Status = r.StatusCode
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}
