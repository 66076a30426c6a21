// Property: the program that a reply means is found, and its language.
#include "service/reason/judge/program.h"

#include <gtest/gtest.h>

namespace lemma::reason {
namespace {

struct ExtractionCase {
  const char* what;
  const char* reply;
  const char* language;  // nullptr: nothing is found
  const char* source;
};

TEST(ProgramTest, FindsTheProgramOfAReply) {
  const ExtractionCase cases[] = {
      {"the last marked block", "```python\na\n```\nbetter:\n```python\nb\n```\n", "python", "b\n"},
      {"marks are words of any case", "```C++17\nint x;\n```", "c++", "int x;\n"},
      {"attributes behind the mark", "```py {.numberLines}\nx\n```", "python", "x\n"},
      {"not a sample of output after it", "```cpp\nint x;\n```\nprints\n```text\n5\n```\n", "c++",
       "int x;\n"},
      {"not an unmarked block after it", "```python\nx\n```\n```\nprint(5)\n```", "python", "x\n"},
      {"unmarked, detected", "so:\n```\n#include <cstdio>\nint main() {}\n```\n", "c++",
       "#include <cstdio>\nint main() {}\n"},
      {"other languages do not count", "```java\nclass A {}\n```", nullptr, ""},
      {"tildes", "~~~python\nprint('```')\n~~~", "python", "print('```')\n"},
      {"a longer fence holds a shorter one", "````python\nx = '''\n```\n'''\n````", "python",
       "x = '''\n```\n'''\n"},
      {"indented in a list", "1. so:\n   ```python\n   if x:\n       y\n   ```", "python",
       "if x:\n    y\n"},
      {"cut off", "```python\nprint(1)", "python", "print(1)\n"},
      {"complete before cut off", "```python\na\n```\nor\n```python\nb", "python", "a\n"},
      {"after the thinking", "```python\nwrong\n```</think>\n```python\nright\n```", "python",
       "right\n"},
      {"thinking alone, cut off", "```python\ndraft\n```</think>  \n", "python", "draft\n"},
      {"Windows line ends", "```python\r\nx\r\n```\r\n", "python", "x\n"},
      {"a bare program", "n = int(input())\nprint(n)\n", "python", "n = int(input())\nprint(n)\n"},
      {"prose", "The answer is 5, for example.", nullptr, ""},
      {"nothing", "", nullptr, ""},
  };
  for (const ExtractionCase& c : cases) {
    SCOPED_TRACE(c.what);
    const auto program = ExtractProgram(c.reply);
    ASSERT_EQ(program.has_value(), c.language != nullptr);
    if (!program) continue;
    EXPECT_STREQ(ProgramLanguageName(program->language), c.language);
    EXPECT_EQ(program->source, c.source);
  }
}

TEST(ProgramTest, DetectsTheLanguageOfASource) {
  for (const char* python : {"import sys\n", "from math import *", "def f(x): return x",
                             "class Solution:\n  def f(self): pass", "x = input()"}) {
    EXPECT_EQ(DetectProgramLanguage(python), ProgramLanguage::kPython) << python;
  }
  for (const char* cpp : {"#include <map>", "using namespace std;", "int main() {}",
                          "class Solution {\npublic:\n  int f();\n};", "std::cout << 1;"}) {
    EXPECT_EQ(DetectProgramLanguage(cpp), ProgramLanguage::kCpp) << cpp;
  }
  EXPECT_EQ(DetectProgramLanguage("x + y"), std::nullopt);
}

}  // namespace
}  // namespace lemma::reason
