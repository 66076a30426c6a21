// Text out of a judge's database, where `<` was kept as `&lt;`.
#pragma once

#include <string>
#include <string_view>

namespace lemma::gateway {

// The text with its HTML entities decoded, once, where it is clear that all of it was escaped:
// `&lt;`, `&gt;`, `&amp;`, `&quot;`, `&nbsp;` or a numbered entity stands in it, and nothing that
// escaping leaves none of: `<`, `>`, a bare `&` (tags of formatted text, such as <p> or <br>,
// aside), or `"` on a line with `&quot;`. Anything else comes back as it is: a question about HTML
// must not be changed.
std::string DecodeIfEscaped(std::string_view text);

}  // namespace lemma::gateway
