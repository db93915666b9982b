// Makes ../references.json: image names and what github.com/distribution/reference makes of them, the parser of the kubelet and of
// containerd. Run anew, only when that parser changes: go mod tidy && go run . > ../references.json
package main

import (
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strings"

	"github.com/distribution/reference"
)

type row struct {
	In     string `json:"in"`
	Domain string `json:"domain,omitempty"`
	Path   string `json:"path,omitempty"`
	Tag    string `json:"tag,omitempty"`
	Digest string `json:"digest,omitempty"`
	Full   string `json:"full,omitempty"`
}

func parse(in string) row {
	named, err := reference.ParseNormalizedNamed(in)
	if err != nil {
		return row{In: in}
	}
	out := row{In: in, Domain: reference.Domain(named), Path: reference.Path(named)}
	if tagged, ok := named.(reference.Tagged); ok {
		out.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		out.Digest = digested.Digest().String()
	}
	// A name without a domain is refused when its tag is taken off: what is left is then kept as it is.
	if full, err := reference.ParseDockerRef(in); err == nil {
		out.Full = full.String()
	}
	return out
}

var random = rand.New(rand.NewSource(42))

func one(of ...string) string { return of[random.Intn(len(of))] }

func hex(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = "0123456789abcdef"[random.Intn(16)]
	}
	return string(out)
}

func word() string {
	return one("nginx", "a", "0", "my-app", "my--app", "my_app", "my__app", "my___app", "my.app", "my..app", "-a", "a-", "_a", "a.", "App", "é", "team", "library", "localhost", "docker.io", "x y", "", strings.Repeat("a", 130))
}

func domain() string {
	return one("", "", "", "docker.io", "index.docker.io", "registry-1.docker.io", "localhost", "localhost:5000", "registry.example.com", "registry.example.com:443", "registry:5000", "10.0.0.1", "10.0.0.1:5000", "[::1]", "[::1]:5000", "[fe80::1%25en0]:5000", "Registry", "REGISTRY.example.com", "foo_bar.com", "-a.com", "a-.com", "a..com", ".com", "com.", "a:b", "a:", ":5000", "quay.io", "ghcr.io", "registry.k8s.io", "xn--n3h.com", "https://a.b")
}

func tag() string {
	return one("", "", ":latest", ":1", ":1.2.3-alpine", ":V1_2.x", ":-a", ":.a", ":_a", ":", ":a:b", ":"+strings.Repeat("t", 128), ":"+strings.Repeat("t", 129), ":a+b", ":é", ":1\n")
}

func digest() string {
	return one("", "", "", "@sha256:"+hex(64), "@sha512:"+hex(128), "@sha384:"+hex(96), "@sha256:"+hex(63), "@sha256:"+strings.ToUpper(hex(64)), "@md5:"+hex(32), "@sha256:"+hex(32), "@"+hex(64), "@sha256", "@", "@SHA256:"+hex(64), "@sha256+b64:"+hex(64), "@blake3:"+hex(64), "@sha256:"+hex(64)+"@sha256:"+hex(64))
}

func path() string {
	parts := make([]string, 1+random.Intn(3))
	for i := range parts {
		parts[i] = word()
		if random.Intn(3) > 0 {
			parts[i] = one("nginx", "team", "app-1", "x", "web.api", "a_b")
		}
	}
	return strings.Join(parts, "/")
}

// sound is a name of which most are valid.
func sound() string {
	d := one("", "", "docker.io/", "index.docker.io/", "localhost/", "localhost:5000/", "Registry/", "registry.example.com/", "10.0.0.1:5000/", "[::1]:5000/", "foo_bar.com/")
	p := one("", "team/", "a/b/", "a__b/", "localhost/") + one("nginx", "x", "0", "my--app", "a.b_c") + fmt.Sprint(random.Intn(100))
	return d + p + one("", ":1", ":latest", ":V_1.2-x", "@sha256:"+hex(64), ":2@sha512:"+hex(128), ":3@sha256:"+hex(64), ":bad:tag")
}

const odd = "aZ0._-:/@[]% \n"

func noise() string {
	out := make([]byte, random.Intn(14))
	for i := range out {
		out[i] = odd[random.Intn(len(odd))]
	}
	return string(out)
}

func main() {
	seen := map[string]bool{}
	rows := []row{}
	add := func(in string) {
		if !seen[in] {
			seen[in] = true
			rows = append(rows, parse(in))
		}
	}
	for _, in := range []string{"nginx", "nginx:1", "docker.io/nginx", "a/b", "localhost/nginx", hex(64), hex(64) + ":1", hex(63), strings.Repeat("a/", 127) + "b", strings.Repeat("a/", 128) + "b", "x/" + strings.Repeat("a/", 127) + "b"} {
		add(in)
	}
	for len(rows) < 4000 {
		d := domain()
		if d != "" {
			d += "/"
		}
		add(d + path() + tag() + digest())
		add(sound())
		if random.Intn(3) == 0 {
			add(noise())
		}
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		line, _ := json.Marshal(r)
		lines[i] = string(line)
	}
	fmt.Fprintf(os.Stdout, "[\n%s\n]\n", strings.Join(lines, ",\n"))
}
