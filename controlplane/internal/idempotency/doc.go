// Package idempotency makes a request that is sent several times happen once.
//
// A client names a request with an Idempotency-Key. The name is stored in the
// same transaction as what the request does: either both are there or neither,
// whatever dies when. So of any number of attempts, on any replicas, exactly one
// has an effect, and an attempt whose commit was cut off learns from the name
// whether it happened.
//
// Everybody gets the same answer, to the byte, for a day. The answer is known
// only after the commit (it tells the feed's revision), so it is stored in a
// second step. If the process dies between the two, whoever asks next makes the
// answer again from what was committed; the answer that is stored first is the
// one that everybody gets, also the attempt that was late with its own.
//
// A refusal changes nothing and is not remembered: the name is free again, and a
// client may mend the request and keep the name.
//
// Names belong to an API key. Stored answers are sealed under a key that is
// derived from that API key, which the database does not hold: an answer may show
// a secret that is stored nowhere else.
package idempotency
