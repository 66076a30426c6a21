#include "service/gateway/escaped_text.h"

#include <gtest/gtest.h>

#include <random>

namespace lemma::gateway {
namespace {

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

TEST(EscapedTextTest, WhatAJudgeEscapedIsDecoded) {
  const std::pair<const char*, const char*> cases[] = {
      {"#include &lt;stdio.h&gt;\nint main() { if (a &amp;&amp; b) puts(&quot;x&quot;); }",
       "#include <stdio.h>\nint main() { if (a && b) puts(\"x\"); }"},
      {"for (i = 0; i &lt; n; i++)", "for (i = 0; i < n; i++)"},
      {"<p>1 &le; n &lt; 10<sup>5</sup></p><br/>", "<p>1 ≤ n < 10<sup>5</sup></p><br/>"},
      {"it&#39;s &#x4f60;&#22909;", "it's 你好"},
      {"a&nbsp;b", "a b"},
      {"twice: &amp;lt;", "twice: &lt;"},
      {"下面的程序哪里错了?\nif (x &gt; 0) puts(\"正\");",
       "下面的程序哪里错了?\nif (x > 0) puts(\"正\");"},
  };
  for (const auto& [text, decoded] : cases) EXPECT_EQ(DecodeIfEscaped(text), decoded) << text;
}

TEST(EscapedTextTest, AnythingElseStaysAsItIs) {
  for (const char* text :
       {"", "\n", "a < b && c > d", "x & y", "&", "&lt", "&;", "&bogus;", "R&D;", "3 &le; 4",
        "&#xd800;", "&#0;", "&#99999999999;", "cout << \"&lt;\";", "#include <map> // &gt;",
        // The statement of a problem about entities.
        "Quotation mark: the entity is &quot; and the symbol is \".\nAmpersand: &amp; is &.\n"
        "Greater than: &gt; is >.",
        "Input: text = \"&amp; is an HTML entity but &ambassador; is not.\"",
        "Replace &lt; by <. Then replace &gt; too.", "cout << x;\nprints &lt; here",
        "line &lt; one\nbut <vector> &lt; two", "\xff&lt;<"}) {
    EXPECT_EQ(DecodeIfEscaped(text), text);
  }
}

TEST(EscapedTextTest, WhateverIsEscapedComesBack) {
  constexpr std::string_view kPieces[] = {"<",    ">",  "&",    "\"", "'",   "a",  " ",   "\n",
                                          "&lt;", "你", "#39;", ";",  "<p>", "\\", "\xff"};
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string text = "<&\"";
    for (unsigned n = random() % 10; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    EXPECT_EQ(DecodeIfEscaped(Escaped(text)), text);
    EXPECT_EQ(DecodeIfEscaped(text), text) << "what has raw marks is not escaped";
  }
}

}  // namespace
}  // namespace lemma::gateway
