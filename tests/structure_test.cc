// Property: includes go down only, the towers meet only over HTTP, and files stay small. One table
// says what each room may include; this test reads every #include of the tree against it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Room -> the rooms it may include, itself aside. Rooms are folders below src/ (and train/).
const std::map<std::string, std::vector<std::string>>& AllowedIncludes() {
  static const std::map<std::string, std::vector<std::string>> table = {
      {"common/base", {}},
      {"common/text", {"common/base"}},
      {"common/net", {"common/base"}},
      {"common/hub", {"common/base"}},
      {"inference/kernels", {"common/base"}},
      {"inference/model", {"common/base", "inference/kernels"}},
      {"inference/engine", {"common/base", "inference/kernels", "inference/model"}},
      {"inference/worker",
       {"common/base", "common/text", "common/net", "inference/model", "inference/engine"}},
      {"service/access", {"common/base"}},
      {"service/store", {"common/base", "service/access"}},
      {"service/webhook", {"common/base", "common/net"}},
      {"service/alerts",
       {"common/base", "common/net", "service/access", "service/store", "service/webhook"}},
      {"service/reason", {"common/base", "common/text"}},
      {"service/reason/judge", {"common/base", "common/text"}},
      {"service/reason/consensus", {"common/base", "service/reason"}},
      {"service/solve",
       {"common/base", "common/net", "service/reason", "service/reason/consensus",
        "service/reason/judge"}},
      {"service/jobs",
       {"common/base", "common/net", "service/store", "service/solve", "service/webhook"}},
      {"service/eval",
       {"common/base", "common/net", "service/reason", "service/reason/consensus",
        "service/reason/judge"}},
      {"service/evaluations",
       {"common/base", "common/net", "service/access", "service/store", "service/reason",
        "service/reason/judge", "service/solve", "service/eval"}},
      {"service/eval/safety", {"common/base", "common/net", "service/eval"}},
      {"service/pool", {"common/base", "common/net"}},
      {"service/tracing", {"common/base", "common/net"}},
      {"service/gateway",
       {"common/base", "common/text", "common/net", "service/access", "service/store",
        "service/reason", "service/reason/judge", "service/pool", "service/solve", "service/jobs",
        "service/tracing"}},
      {"service/admin",
       {"common/base", "common/text", "common/net", "service/access", "service/store",
        "service/alerts", "service/webhook", "service/reason", "service/pool", "service/jobs",
        "service/eval", "service/evaluations", "service/gateway"}},
      {"app",
       {"common/base",          "common/text",         "common/net",          "common/hub",
        "inference/kernels",    "inference/model",     "inference/engine",    "inference/worker",
        "service/access",       "service/store",       "service/alerts",      "service/reason",
        "service/reason/judge", "service/pool",        "service/solve",       "service/jobs",
        "service/eval",         "service/eval/safety", "service/evaluations", "service/webhook",
        "service/tracing",      "service/gateway",     "service/admin"}},
      {"train", {"common/base", "common/text"}},
  };
  return table;
}

// "inference/model" for "inference/model/load.h"; nothing for a path that is no room's.
std::optional<std::string> RoomOf(const std::string& path) {
  // Of a room within a room the inner one: it sorts last.
  std::optional<std::string> found;
  for (const auto& [room, allowed] : AllowedIncludes()) {
    if (path.rfind(room + "/", 0) == 0) found = room;
  }
  return found;
}

struct SourceFile {
  fs::path path;
  std::string room;
};

std::vector<SourceFile> SourceFiles() {
  std::vector<SourceFile> files;
  const fs::path root = LEMMA_SOURCE_DIR;
  for (const fs::path& base : {root / "src", root / "train"}) {
    for (const auto& entry : fs::recursive_directory_iterator(base)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cc" && extension != ".h") continue;
      const fs::path relative =
          fs::relative(entry.path(), base == root / "src" ? root / "src" : root);
      const auto room = RoomOf(relative.string());
      EXPECT_TRUE(room.has_value()) << relative << " lies in no room of the table";
      if (room) files.push_back({entry.path(), *room});
    }
  }
  return files;
}

std::vector<std::string> Lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The quoted path of an #include "..." line.
std::optional<std::string> QuotedInclude(const std::string& line) {
  if (line.rfind("#include \"", 0) != 0) return std::nullopt;
  const size_t begin = line.find('"') + 1;
  return line.substr(begin, line.find('"', begin) - begin);
}

TEST(StructureTest, IncludesGoDownOnly) {
  int n_includes = 0;
  for (const SourceFile& file : SourceFiles()) {
    for (const std::string& line : Lines(file.path)) {
      const auto include = QuotedInclude(line);
      if (!include) continue;
      ++n_includes;
      const auto room = RoomOf(*include);
      ASSERT_TRUE(room.has_value()) << file.path << " includes \"" << *include
                                    << "\", which names no room: write the path from src/";
      const auto& allowed = AllowedIncludes().at(file.room);
      EXPECT_TRUE(*room == file.room ||
                  std::find(allowed.begin(), allowed.end(), *room) != allowed.end())
          << file.path << ": " << file.room << " may not include " << *include;
    }
  }
  EXPECT_GT(n_includes, 50) << "the test no longer finds the sources";
}

TEST(StructureTest, OnlyAppReadsTheEnvironment) {
  for (const SourceFile& file : SourceFiles()) {
    if (file.room == "app" || file.room == "train") continue;
    const std::string name = file.path.filename().string();
    if (name.ends_with("_test.cc") || name.starts_with("test_")) continue;
    for (const std::string& line : Lines(file.path)) {
      EXPECT_EQ(line.find("getenv("), std::string::npos) << file.path;
    }
  }
}

TEST(StructureTest, FilesStayUnder400Lines) {
  for (const SourceFile& file : SourceFiles()) {
    if (file.path.string().ends_with("_test.cc")) continue;
    EXPECT_LE(Lines(file.path).size(), 400u) << file.path << " wants to be two files";
  }
}

TEST(StructureTest, EveryRoomHasAReadmeOfAtMost40Lines) {
  for (const auto& [room, allowed] : AllowedIncludes()) {
    const fs::path root = LEMMA_SOURCE_DIR;
    const fs::path readme = (room == "train" ? root : root / "src") / room / "README.md";
    ASSERT_TRUE(fs::exists(readme)) << readme;
    EXPECT_LE(Lines(readme).size(), 40u) << readme;
  }
}

}  // namespace
