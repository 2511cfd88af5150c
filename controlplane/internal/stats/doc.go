// Package stats answers questions about the clicks that were booked: how many
// there were, when, by whom they came, and up to when the answer is final.
//
// It promises that sums are exact. A bucket is made of whole slots that the store
// keeps: of UTC's days where they fit, else of hours, else of minutes; a question
// that would need slots which are no longer kept is refused, and says what to ask
// instead. What cannot be exact covers more than was asked for and says what:
// details are kept by hour and day, visitors by UTC's day.
//
// It never guesses: what an edge still holds is missing until it arrives, and
// Final says until when nothing is. Visitors are estimated for each day anew: who
// comes on two days counts twice, because nothing ties a person's days together.
//
// Who may ask about which links is decided before the question gets here.
package stats
