// A page of a report: one HTML file with no script and nothing from elsewhere.
//
// Threads: none; a value.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace lemma::eval {

// Texts are escaped, but for Raw's.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);  // of the window, and a heading

  void Heading(std::string_view text);
  void Paragraph(std::string_view text);
  void Row(std::initializer_list<std::string> cells);  // of a table
  void Raw(std::string_view html);
  std::string Finish();

 private:
  std::string html_;
};

}  // namespace lemma::eval
