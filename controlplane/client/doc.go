// Package client calls the public API of a control plane.
//
// It retries nothing by itself: whoever calls knows what may be done twice. A
// create becomes repeatable with an Idempotency-Key (see WithIdempotencyKey) or
// with IfExists; a change becomes so with IfMatch.
//
// Answers that are no success are a *Problem. Types and fields are those of
// /openapi.json; a test holds the two together.
package client
