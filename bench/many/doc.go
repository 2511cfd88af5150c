// Package many fills a running control plane with a great number of links through
// its API and measures what that costs and what is slow afterwards: bulk creates
// against single ones, an import, cut off and repeated, and then listings,
// searches and an export. Acceptance case A8 runs it at a million links.
//
// Ratios of one run hold on a busy machine; times do not.
package many
