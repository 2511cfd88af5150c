// Package domains holds the rules of our own domains: what may be set on them,
// and whose they are.
//
// It promises that no host means two domains, and that a domain's version only
// rises, also when it is removed and added again, so that edges always end up with
// the newest settings. A domain belongs to one workspace, whose links alone may
// stand on it, or to all.
//
// A host that becomes ours makes links to it loops. New ones are refused from
// then on, within two seconds on every replica; links that exist already are
// served, and are shown with a warning.
package domains
