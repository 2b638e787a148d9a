"""Redirect URIs to request, by the registered one: valid addresses, lookalikes, and unusual spellings."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

# Parameters that an authorization server adds to a redirect URI, which therefore must not contain them.
PARAMETERS = (
    *(
        "code",
        "state",
        "iss",
        "error",
        "error_description",
        "session_state",
        "id_token",
        "access_token",
    ),
    *("token_type", "expires_in", "response", "kc_action", "kc_action_status"),
)

EXACT = "https://app.example.com/callback"
BELOW = "https://app.example.com/app/*"
WHOLE = "https://app.example.com/*"
HOST = "https://app.example.com"
BARE = "https://app.example.com*"
PORT = "https://app.example.com:8443*"
LOOPBACK = (
    "http://127.0.0.1/callback",
    "http://[::1]/callback",
    "http://127.0.0.1/*",
    "http://localhost/*",
    "http://[::1]/*",
    "http://127.0.0.1",
    "http://127.0.0.1:8080/callback",
    "http://[::1]:8080/callback",
    "http://localhost:*",
    "http://127.0.0.1:80/callback",
    "http://localhost/callback?a=b",
    "https://127.0.0.1/callback",
    "https://localhost/*",
    "http://LOCALHOST/callback",
)
SCHEMES = (
    "com.example.app:/callback",
    "com.example.app:/*",
    "com.example.app://callback",
    "com.example.app://*",
    "com.example.app:*",
    "com.example.app:callback",
    "*",
    "http*",
    "https://*",
    "https:*",
)


# fmt: off
def cases() -> dict[str, list[str]]:
    """Returns the addresses to request, by the registered address."""
    table = {
        EXACT: list(_around("https://app.example.com", "/callback")),
        BELOW: list(_around("https://app.example.com", "/app/page")),
        WHOLE: list(_around("https://app.example.com", "/page")),
        BARE: list(_around("https://app.example.com", "")) + list(_hosts("https://", "app.example.com", "")),
        PORT: list(_hosts("https://", "app.example.com:8443", "/callback")),
        HOST: ["https://app.example.com", "https://app.example.com/", "https://app.example.com?",
            "https://app.example.com#"],
        f"{HOST}/": ["https://app.example.com", "https://app.example.com/", "https://app.example.com//"],
        "*": ["https://anything.example/at/all", "http://anything.example", "HTTPS://anything.example/",
            "ftp://example.com/",
              "javascript:alert(1)", "data:text/html,hello", "com.example.app:/callback", "/relative",
                  "relative", "//example.com/",
              "", "*", "https:", "https://", "https:///callback", "mailto:somebody@example.com",
                  "urn:ietf:wg:oauth:2.0:oob",
              "https://user:word@example.com/", "https://example.com/../x", "https://example.com/?code=1",
                  "file:///etc/passwd"],
    }
    for registered in LOOPBACK:
        table[registered] = list(_loopback())
    for registered in SCHEMES:
        table.setdefault(registered, []).extend(_schemes())
    table |= _spellings()
    return {registered: list(dict.fromkeys(asked)) for registered, asked in table.items()}


def _around(origin: str, path: str) -> Iterator[str]:
    """Yields the address and its lookalikes."""
    address = origin + path
    scheme, _, host = origin.partition("://")
    yield address
    yield from (f"{address}{end}" for end in ("/", "//", "/.", "/..", "/../", "/./", "/x", "x", ".", "*", "/*",
        ";a=b", ";", ":", "@", ",", "!", "'", "(", "+", "~"))
    yield from (f"{address}{end}" for end in ("?", "#", "?#", "?a=b", "?a=b&c=d", "?a", "?*", "#top", "?a#b",
        "?a=/../b", "#/../b", "?a=%", "?a=%zz", "#a#b", "?a=b?c=d", "?a=[b]", "?a={b}", "?a=ä", "#ä", "?a=%20",
        "?a=b c", "?&", "?=", "?a=https://evil.example/", "#?a"))
    yield from (f"{address}{end}" for end in ("%", "%2", "%zz", "%20", "%2f", "%2F", "%252f", "%2e", "%5c",
        "%00", "%09", "%0a", "%0d", "%3f", "%23", "%40", "%25", "%c3%a4", "%ff", "%2a"))
    yield from (f"{address}{end}" for end in (" ", "\t", "\n", "\r", "\0", "\x7f", "\u00a0", "\u200b", "\ufeff",
        "|", "^", '"', "<", ">", "[", "]", "{", "}", "`", "\\", "ä", "𝄞"))
    yield from (f"{before}{address}" for before in (" ", "\t", "\n", "\0", "/", "//", "x", "\\"))
    yield from (f"{address}?{name}=1" for name in PARAMETERS)
    yield from (f"{address}#{name}=1" for name in PARAMETERS)
    yield from (f"{address}?{end}" for end in ("a=b&code=1", "CODE=1", "Code", "code", "%63ode=1", "%2563ode=1",
        "xcode=1", "code2=1", "a=code", "a;code=1", "code[]=1", "cod%65", "&&code=1", "a#code=1", "co+de=1",
        "code%20=1", "+code=1"))
    yield from (f"{origin}/{climb}{path}" for climb in ("..", ".", "app/..", "app/../..", "%2e%2e", "%2E%2e",
        "%252e%252e", "%25252e%25252e", ".%2e", "..;", "..%2f", "..%252f", "..%5c", "..\\", ".;", "%2e",
        "..%00", "..%09", "..%3b", "...", "a..", "..a"))
    yield from (f"{address}{climb}" for climb in ("/../evil", "/%2e%2e/evil", "/%2e%2e%2fevil", "%2f..%2fevil",
        "/..%2fevil", "/..;/evil", "/..;x/evil", "/.;/evil", "/%252e%252e/evil", "/%25252e%25252e/evil",
        "/%2525252525252e", "/..%5cevil", "\\..\\evil", "/..", "/%2e%2e", "/..%3b/evil", "/..%09/evil",
        "/..%0d/evil", "/..%00/evil", "/.%2e/evil", "/..evil", "/...", "/x/../y", "%5c..%5cevil",
        "%252f..%252fevil"))
    yield from _hosts(f"{scheme}://", host, path)
    yield from (f"{other}{address.partition(':')[2]}" for other in ("HTTPS:", "Https:", "http:", "ftp:",
        "javascript:", "data:", "https :", "x-https:", "https::", ":", ""))
    yield from (f"{origin}{other}" for other in (path.upper(), path.title(), f"/{path}", path.replace("a",
        "%61"), quote(path, safe=""), path[:-1], path[1:], "", "/", f"/.{path}", f"/x/..{path}",
        f"\\{path[1:]}"))


def _hosts(scheme: str, host: str, path: str) -> Iterator[str]:
    """Yields addresses whose hosts and ports equal, resemble or contain the host."""
    name = host.partition(":")[0]
    yield from (
        f"{scheme}{other}{path}"
        for other in (
            host, host.upper(), host.title(), f"{host}.", f"{host}.evil.example", f"{host}evil.example",
                f"{host}-evil.example",
            f"evil.example/{host}", f"evil.example?{host}", f"evil.example#{host}", f"evil.example\\{host}",
                f"x.{host}", f"x{host}",
            f"{host}:443", f"{host}:8443", f"{host}:80", f"{host}:", f"{host}:0443", f"{host}:99999",
                f"{host}:x", f"{host}:*", f"{host}:-1", f"{host}:4 43",
            f"{host}:443:443", f"user@{host}", f"user:word@{host}", f"@{host}", f"{host}@evil.example",
                f"{host}%40evil.example", f"{host}:x@evil.example",
            f"{host}%2fevil.example", f"{host}%00.evil.example", f"{host}\\@evil.example",
                f"{host} .evil.example", f"{host}%20", f"{host}_x", f"_{host}",
            f"ä.{name}", f"{name}ä", f"xn--4ca.{name}", name.replace("a", "\u0430"), name.replace(".", "。"),
                name.replace(".", "%2e"), name.replace("app", "%61pp"),
            f"-{name}", f"{name}-", f"{name}..", f".{name}", name.replace("example", ""), "*", f"*.{name}",
                name.replace("app", "*"), name.replace("app", "a_b"), name.replace("app", "a-b"),
            "", "/", "[::1]", "[::1", "127.0.0.1", "127.1", "1.2.3", "0x7f.1", f"{host}/", f"{host}//",
                f"{host}?", f"{host}#",
        )
    )


def _loopback() -> Iterator[str]:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        yield from (
            f"http://{host}{port}/callback"
            for port in ("", ":", ":80", ":8080", ":54321", ":65536", ":0", ":x")
        )
        yield from (
            f"http://{host}:54321{end}"
            for end in ("", "/", "/other", "/callback?a=b", "/callback#x", "/callback?code=1", "/x/../callback",
                "/c%61llback", "/callback;a", "/callback?", "/callback%20")
        )
        yield from (f"http://user@{host}:54321/callback", f"https://{host}:54321/callback",
            f"HTTP://{host}:54321/callback", f"http://{host}.evil.example:54321/callback",
            f"http://{host}:1@evil.example/callback", f"http://x.{host}:54321/callback")
    yield from ("http://LOCALHOST:54321/callback", "http://LocalHost/callback",
        "http://127.0.0.2:54321/callback", "http://127.0.0.2/callback", "http://127.1:54321/callback",
        "http://[0:0:0:0:0:0:0:1]:54321/callback", "http://[::1%25lo]:54321/callback",
        "http://[::ffff:127.0.0.1]:54321/callback", "http://localhost.:54321/callback",
        "http://app.localhost:54321/callback", "http://0.0.0.0:54321/callback", "http://[::]:54321/callback",
        "http://::1:54321/callback", "http://[::1]x/callback", "http://LOCALHOST/callback")


def _schemes() -> Iterator[str]:
    for scheme in ("com.example.app", "COM.example.app", "https"):
        yield from (f"{scheme}:{rest}" for rest in ("/callback", "//callback", "callback", "/", "//", "",
            "/callback/x", "//callback/x", "/callback?a=b", "/callback?code=1", "callback?code=1", "callback#a",
            "/../callback", "callback/../x", "//callback:1/x", "///callback", "x y", "[x]", "{x}"))
    yield from ("javascript:alert(1)", "data:text/plain,x", "JAVASCRIPT:alert(1)", "httpsx://x/",
        "com.example.app", "com.example.app%3a/callback", "1com.example.app:/callback",
        "com_example_app:/callback")


def _spellings() -> dict[str, list[str]]:
    """Returns addresses to register in an unusual spelling, with that spelling and the usual one to request."""
    pairs = (
        ("https://APP.example.com/callback", "https://app.example.com/callback"),
        ("HTTPS://app.example.com/callback", "https://app.example.com/callback"),
        ("https://APP.example.com/*", "https://app.example.com/x"),
        ("https://app.example.com:443/callback", "https://app.example.com/callback"),
        ("http://app.example.com:80/*", "http://app.example.com/x"),
        ("https://app.example.com/a b", "https://app.example.com/a%20b"),
        ("https://app.example.com/a%20b", "https://app.example.com/a b"),
        ("https://app.example.com/a%20b/*", "https://app.example.com/a b/c"),
        ("https://app.example.com/ä", "https://app.example.com/%C3%A4"),
        ("https://app.example.com/%c3%a4", "https://app.example.com/%C3%A4"),
        ("https://bücher.example/callback", "https://xn--bcher-kva.example/callback"),
        ("https://bücher.example/*", "https://xn--bcher-kva.example/x"),
        ("https://xn--bcher-kva.example/*", "https://bücher.example/x"),
        ("https://app.example.com/x/../callback", "https://app.example.com/callback"),
        ("https://app.example.com/./callback", "https://app.example.com/callback"),
        ("https://user@app.example.com/callback", "https://app.example.com/callback"),
        ("https://user@app.example.com/*", "https://user@app.example.com/x"),
        ("https://app.example.com/callback?tenant=5", "https://app.example.com/callback"),
        ("https://app.example.com/callback?code=5", "https://app.example.com/callback"),
        ("https://app.example.com/callback?tenant=*", "https://app.example.com/callback?tenant=5"),
        ("https://app.example.com/?*", "https://app.example.com/?a"),
        ("https://app.example.com/callback?", "https://app.example.com/callback"),
        ("https://app.example.com/callback#top", "https://app.example.com/callback"),
        ("https://app.example.com/callback#*", "https://app.example.com/callback#x"),
        ("https://app.example.com/*/callback", "https://app.example.com/x/callback"),
        ("https://app.example.com/cb*", "https://app.example.com/cb2"),
        ("https://app.example.com/callback/", "https://app.example.com/callback"),
        ("https://app_1.example.com/callback", "https://app.1.example.com/callback"),
        ("https://app_1.example.com/*", "https://app_1.example.com/x"),
        ("https://app.example.com:/callback", "https://app.example.com/callback"),
        ("https://app.example.com:*", "https://app.example.com:8443/x"),
        ("https://app.example.com:*/callback", "https://app.example.com:8443/callback"),
        ("https://app.example.com:8443/*", "https://app.example.com:8443/x"),
        ("https://app.example.com:8443*", "https://app.example.com:84430/x"),
        ("https://app.example.com/\u200bcallback", "https://app.example.com/callback"),
        ("https://app\u200b.example.com/callback", "https://app.example.com/callback"),
        ("https://app.example.com/callback\u00a0", "https://app.example.com/callback"),
        ("https://app.example.com/call|back", "https://app.example.com/call%7Cback"),
        ("https://app.example.com/call\\back", "https://app.example.com/call%5Cback"),
        ("https://app.example.com/{id}", "https://app.example.com/5"),
        ("https://app.example.com/call^back", "https://app.example.com/call%5Eback"),
        ("https://app.example.com/[x]", "https://app.example.com/%5Bx%5D"),
        ("https://app.example.com/`", "https://app.example.com/%60"),
        ('https://app.example.com/"', "https://app.example.com/%22"),
        ("https://app.example.com/<x>", "https://app.example.com/%3Cx%3E"),
        ("https://app.example.com/100%", "https://app.example.com/100%25"),
        ("https://app.example.com", "https://app.example.com/"),
        ("app.example.com/callback", "https://app.example.com/callback"),
        ("/callback", "https://app.example.com/callback"),
        ("callback", "callback"),
        ("//app.example.com/callback", "https://app.example.com/callback"),
        ("https:/app.example.com", "https://app.example.com"),
        ("https:app.example.com", "https://app.example.com"),
        ("https://", "https://app.example.com"),
        ("https:///callback", "https://callback"),
        ("https://app.example.com:99999/", "https://app.example.com/"),
        ("https://app.example.com:x/", "https://app.example.com/"),
        ("https://[::1/", "https://[::1]/"),
        ("http://[::1]:*", "http://[::1]:8080/x"),
        ("http://[::1]:8080/*", "http://[::1]:8080/x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/plain,x", "data:text/plain,x"),
        ("JavaScript:alert(1)", "javascript:alert(1)"),
        ("vbscript:x", "vbscript:x"),
        ("file:///tmp/x", "file:///tmp/x"),
        ("ftp://app.example.com/", "ftp://app.example.com/"),
        ("mailto:somebody@example.com", "mailto:somebody@example.com"),
        ("urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob"),
        ("+", "https://app.example.com/"),
        ("-", "https://app.example.com/"),
        ("**", "https://app.example.com/"),
        ("https*", "https://app.example.com/"),
        ("https://app*", "https://app.example.com/"),
        ("https://app.*", "https://app.example.com/"),
        ("https://app.example.com.", "https://app.example.com/"),
        ("https://app.example.com/%2e%2e/x", "https://app.example.com/x"),
        ("https://app.example.com/a;b=c", "https://app.example.com/a"),
        ("https://app.example.com/a//b", "https://app.example.com/a/b"),
    )
    return {one: [one, other, one.replace("*", "x"), f"{one}x", f"{one}/"] for one, other in pairs}
# fmt: on
