// Task profiles through the admin API: saved, promoted, tried and rolled back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"
#include "service/reason/profile_toml.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using testing::HasSubstr;

class ProfileRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    editor_ = NewPerson("editor", AdminRole::kPromptEditor);
  }

  net::HttpResponse Get(const std::string& path) { return AskAs(editor_, "GET", path); }
  // A file, as a member of a body.
  static std::string Body(const std::string& toml) {
    return json::serialize(json::object{{"toml", toml}});
  }
  // `math` with another description: another version.
  std::string Math(const std::string& description) {
    const json::object shown = Parse(Get("/profiles/math/versions/1"));
    auto profile = *reason::ParseProfileToml(std::string(shown.at("toml").as_string()));
    profile.description = description;
    return reason::ProfileToToml(profile);
  }
  int64_t Save(const std::string& toml) {
    const net::HttpResponse saved = AskAs(editor_, "POST", "/profiles", Body(toml));
    EXPECT_EQ(saved.status, 201) << saved.body;
    return Parse(saved).at("version").as_int64();
  }
  json::value Production() { return Parse(Get("/profiles/math")).at("labels").at("production"); }

  Person editor_;
};

TEST_F(ProfileRoutesTest, SavingMovesNoLabelAndWhatIsExportedIsImportedTheSame) {
  const json::value before = Production();
  EXPECT_EQ(Save(Math("two")), 2);
  EXPECT_EQ(Save(Math("two")), 2) << "the same text is the same version";
  EXPECT_EQ(Save(Math("three")), 3);
  EXPECT_EQ(Production(), before);
  EXPECT_EQ(Parse(Get("/profiles/math")).at("versions"), (json::array{1, 2, 3}));
  const net::HttpResponse file = Get("/profiles/math/versions/3?format=toml");
  EXPECT_EQ(file.header("content-type"), "application/toml");
  EXPECT_THAT(std::string(file.header("content-disposition")), HasSubstr("math.toml"));
  EXPECT_EQ(file.body, Math("three"));
  EXPECT_EQ(Save(file.body), 3);
  EXPECT_EQ(Parse(Get("/profiles/math/versions/3")).at("description"), "three");
}

TEST_F(ProfileRoutesTest, PromoteSplitAndRollBack) {
  Save(Math("two"));
  const std::string label = "/profiles/math/labels/production";
  const auto move = [&](const char* shares) {
    return AskAs(editor_, "PUT", label, std::string(R"({"shares": )") + shares + "}");
  };
  EXPECT_EQ(move(R"([{"version": 2}])").status, 200);
  EXPECT_EQ(Production(), json::parse(R"([{"version": 2, "weight": 1}])"));
  const net::HttpResponse split =
      move(R"([{"version": 1, "weight": 90}, {"version": 2, "weight": 10}])");
  EXPECT_EQ(split.status, 200) << split.body;
  EXPECT_EQ(Production(), json::parse(R"([{"version": 1, "weight": 90},
                                          {"version": 2, "weight": 10}])"));
  EXPECT_EQ(AskAs(editor_, "POST", label + "/roll-back").status, 200);
  EXPECT_EQ(Production(), json::parse(R"([{"version": 2, "weight": 1}])"));
  EXPECT_EQ(AskAs(editor_, "POST", label + "/roll-back").status, 200);
  EXPECT_EQ(Production(), json::parse(R"([{"version": 1, "weight": 1}])")) << "as it was shipped";
  EXPECT_EQ(AskAs(editor_, "POST", label + "/roll-back").status, 404) << "nowhere to go back to";
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  std::vector<std::string> actions;
  const json::object log = Parse(AskAs(admin, "GET", "/audit?target=math"));
  for (const auto& entry : log.at("entries").as_array()) {
    EXPECT_EQ(entry.at("actor"), "editor");
    actions.insert(actions.begin(), std::string(entry.at("action").as_string()));
  }
  EXPECT_EQ(actions,
            (std::vector<std::string>{"profile.save", "profile.move_label", "profile.move_label",
                                      "profile.roll_back", "profile.roll_back"}));
}

TEST_F(ProfileRoutesTest, WhatIsRenderedIsWhatATextSaysSavedOrNot) {
  const std::string saved = R"({"profile": "math@1", "prompt": "What is 2 + 2?"})";
  const net::HttpResponse one = AskAs(editor_, "POST", "/profiles/render", saved);
  ASSERT_EQ(one.status, 200) << one.body;
  const json::object shown = Parse(one);
  EXPECT_THAT(std::string(shown.at("user").as_string()), HasSubstr("What is 2 + 2?"));
  EXPECT_FALSE(shown.at("system").as_string().empty());
  EXPECT_TRUE(shown.at("tokens").is_null()) << "no model is here to count with";
  const std::string toml =
      "name = \"mine\"\ntask = \"math\"\ndescription = \"x\"\n[system]\nen = \"Be {{ how }}.\"\n"
      "[variables]\nhow = \"short\"\n";
  json::object body = {{"toml", toml}, {"prompt", "x"}, {"variables", {{"how", "long"}}}};
  const net::HttpResponse other = AskAs(editor_, "POST", "/profiles/render", json::serialize(body));
  ASSERT_EQ(other.status, 200) << other.body;
  EXPECT_EQ(Parse(other).at("system"), "Be long.");
  EXPECT_EQ(Parse(other).at("variables").at("how"), "short") << "what may be set, and the default";
  EXPECT_EQ(Get("/profiles/mine").status, 404) << "nothing is saved";
}

TEST_F(ProfileRoutesTest, WhatIsWrongIsNamed) {
  struct Wrong {
    const char* method;
    std::string path, body, message;
    int status = 400;
  };
  const std::string label = "/profiles/math/labels/production";
  const Wrong wrong[] = {
      {"POST", "/profiles", Body("name = 1"), "toml: "},
      {"POST", "/profiles", Body(std::string(2 << 20, '#')), "toml: must have at most"},
      {"PUT", label, R"({"shares": []})", "shares: "},
      {"PUT", label, R"({"shares": [{"weight": 1}]})", "shares[0].version: "},
      {"PUT", label, R"({"shares": [{"version": 1, "weight": 0}]})", "shares[0].weight: "},
      {"PUT", label, R"({"shares": [{"version": 7}]})", "has no version 7"},
      {"PUT", "/profiles/math/labels/3", R"({"shares": [{"version": 1}]})", "label: "},
      {"PUT", "/profiles/none/labels/a", R"({"shares": [{"version": 1}]})", "has no version 1"},
      {"POST", "/profiles/render", R"({"prompt": "x"})", "profile: name one"},
      {"POST", "/profiles/render", R"({"prompt": "x", "profile": "math", "language": "fr"})",
       "language: "},
      {"POST", "/profiles/render", R"({"prompt": "x", "profile": "math", "variables": {"a": "b"}})",
       "variables.a"},
      {"POST", "/profiles/render", R"({"prompt": "x", "profile": "none"})", "none", 404},
      {"GET", "/profiles/none", "", "no profile none", 404},
      {"GET", "/profiles/math/versions/9", "", "", 404},
      {"GET", "/profiles/math/versions/1?format=xml", "", "format: must be"}};
  for (const Wrong& one : wrong) {
    const net::HttpResponse answer = AskAs(editor_, one.method, one.path, one.body);
    EXPECT_EQ(answer.status, one.status) << one.path << one.body.substr(0, 100) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(one.message));
  }
}

}  // namespace
}  // namespace lemma::admin
