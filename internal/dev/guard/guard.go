// Package guard keeps strangers away from a server on a developer's machine: pages of
// other sites that a browser has open, names that lead to loopback, and, where the
// server listens to others, whoever has no token.
//
// In: a handler. Out: one that answers only who may ask. The package knows nothing of
// what is served and must not import anything of the project.
package guard

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Policy is who may ask.
type Policy struct {
	// Token, if set, must be in the header Authorization: Bearer, in the cookie, or in
	// the query of the first request, which sets the cookie.
	Token string
	// Host is a name, beside those of loopback and all addresses, that may stand in
	// the header Host.
	Host string
	// AnyLoopbackOrigin lets pages of other ports of this machine send, as a web
	// application under development does with its telemetry.
	AnyLoopbackOrigin bool
}

// policy of the page: no other host, no inline script, no frame around it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const cookie = "obsboot_token"

// Wrap guards a handler.
func (p Policy) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		switch {
		case !p.mayHost(r.Host):
			http.Error(w, "This name is not one of this server: use localhost or an address.", http.StatusForbidden)
		case !p.mayOrigin(r):
			http.Error(w, "Pages of other sites may not ask this server.", http.StatusForbidden)
		case p.preflight(w, r):
		case p.setsCookie(w, r):
		case !p.mayToken(r):
			http.Error(w, "The token is missing: open the address that was printed at the start, or send Authorization: Bearer TOKEN.", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// mayHost refuses names that somebody else could make lead here. An address cannot be
// made to.
func (p Policy) mayHost(hostport string) bool {
	host := hostOf(hostport)
	return isLoopbackName(host) || net.ParseIP(host) != nil || p.Host != "" && strings.EqualFold(host, p.Host)
}

func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

func isLoopbackName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// mayOrigin refuses what a browser sends for a page of another site.
func (p Policy) mayOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		// Browsers that say where a request comes from do so without Origin, too: links
		// from elsewhere may open the page, but nothing else.
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "same-origin" || site == "none" || r.Header.Get("Sec-Fetch-Mode") == "navigate"
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return p.AnyLoopbackOrigin && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return isLoopbackName(host) || ip != nil && ip.IsLoopback()
}

// preflight answers a browser that asks whether a page may send, and lets that page
// read the answers.
func (p Policy) preflight(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if !p.AnyLoopbackOrigin || origin == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Vary", "Origin")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method != http.MethodOptions {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", "POST")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Content-Encoding, Authorization")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// setsCookie takes the token out of the address that was printed, so that it stands in
// no history and no link that is shared.
func (p Policy) setsCookie(w http.ResponseWriter, r *http.Request) bool {
	given := r.URL.Query().Get("token")
	if p.Token == "" || given == "" || r.Method != http.MethodGet || !p.is(given) {
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: given, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: int((30 * 24 * time.Hour).Seconds())})
	rest := r.URL.Query()
	rest.Del("token")
	to := &url.URL{Path: r.URL.Path, RawQuery: rest.Encode()}
	if strings.HasPrefix(to.Path, "//") { // it would lead to another host
		to.Path = "/"
	}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return true
}

func (p Policy) mayToken(r *http.Request) bool {
	if p.Token == "" || p.is(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
		return true
	}
	c, err := r.Cookie(cookie)
	return err == nil && p.is(c.Value)
}

func (p Policy) is(given string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(p.Token)) == 1
}

// Limit lets so many requests be worked on at a time; others wait, but not for long.
func Limit(n int, wait time.Duration, next http.Handler) http.Handler {
	slots := make(chan struct{}, n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			next.ServeHTTP(w, r)
		case <-timer.C:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too many queries at once.", http.StatusServiceUnavailable)
		case <-r.Context().Done():
		}
	})
}
