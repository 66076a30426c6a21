// Requests that a browser makes for whoever wrote the page that it shows. What listens on the
// loopback and asks for no key would serve them too.
#pragma once

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::net {

// A page of another site makes it, as browsers say it (Sec-Fetch-Site, W3C Fetch Metadata).
bool IsOfAnotherSite(const HttpRequest& request);

// Its Host is a name that anybody may point at this machine (DNS rebinding): one with a dot, which
// is no IP address and does not end in ".localhost".
bool HasForeignHost(const HttpRequest& request);

// kPermissionDenied: one of the two. For servers that ask for no key; on a Unix socket any Host
// will do.
Status CheckNotForeign(const HttpRequest& request);

}  // namespace lemma::net
