package api

import (
	"encoding/json"
	"net/http"
)

// Problem is the body of every answer that is not a success: RFC 9457, and two
// members more.
type Problem struct {
	Type   string         `json:"type" doc:"Always about:blank: code says what happened." example:"about:blank"`
	Title  string         `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status int            `json:"status" doc:"The HTTP status." example:"422"`
	Detail string         `json:"detail" doc:"What went wrong, for people." example:"long_url has no host"`
	Code   string         `json:"code" doc:"What went wrong, for programs; its meaning does not change." example:"invalid_request"`
	Errors []ProblemField `json:"errors,omitempty" nullable:"false" doc:"Each field that is wrong, if fields are."`

	headers http.Header
}

// ProblemField is what is wrong with one field or parameter.
type ProblemField struct {
	Field  string `json:"field" doc:"Name of the field or parameter." example:"long_url"`
	Code   string `json:"code" doc:"For programs." example:"invalid"`
	Detail string `json:"detail" doc:"For people; a sentence without its subject." example:"has no host"`
}

// newProblem is a Problem without fields.
func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// with adds a header to the answer.
func (p *Problem) with(name, value string) *Problem {
	if p.headers == nil {
		p.headers = make(http.Header)
	}
	p.headers.Set(name, value)
	return p
}

// The methods by which huma sends a Problem as it is.

func (p *Problem) Error() string             { return p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) GetHeaders() http.Header   { return p.headers }
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// write sends p outside huma: for the router's and the middleware's refusals.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	// The status is sent; a client that is gone cannot be told anything.
	_ = json.NewEncoder(w).Encode(p)
}
