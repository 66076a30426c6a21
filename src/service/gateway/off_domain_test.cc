// What a question gets that its profile is not for: the refusal, in the shape of an answer, without
// a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "service/gateway/test_access.h"
#include "service/reason/profile_set.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;

constexpr const char* kPoem = "Write a poem about the sea.";
constexpr const char* kPoemChinese = "写一首关于春天的诗";

std::string Chat(const std::vector<std::pair<const char*, const char*>>& messages,
                 boost::json::object more = {}) {
  boost::json::array array;
  for (const auto& [role, content] : messages) {
    array.push_back({{"role", role}, {"content", content}});
  }
  more["messages"] = std::move(array);
  return boost::json::serialize(more);
}

std::string Generate(const char* prompt, boost::json::object more = {}) {
  more["prompt"] = prompt;
  return boost::json::serialize(more);
}

class OffDomainTest : public GatewayTest {
 protected:
  // Whether the refusal came, and no worker was asked.
  bool IsRefused(const std::string& target, const std::string& body) {
    const size_t n_asked = worker_->n_requests();
    const net::HttpResponse answer = Post(target, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const bool is_refused = answer.header("x-lemma-off-domain") == "refused";
    EXPECT_EQ(worker_->n_requests(), n_asked + (is_refused ? 0 : 1));
    return is_refused;
  }
  bool IsRefusedChat(const std::vector<std::pair<const char*, const char*>>& messages,
                     boost::json::object more = {}) {
    return IsRefused("/v1/chat/completions", Chat(messages, std::move(more)));
  }
};

// The profile `own`, as `math` but with this policy.
std::shared_ptr<const reason::ProfileSet> With(reason::OffDomainPolicy policy) {
  reason::TaskProfile own = **reason::ProfileSet::Shipped()->Find("math");
  own.name = "own";
  own.off_domain = policy;
  return std::make_shared<reason::ProfileSet>(
      std::vector<reason::TaskProfile>{own},
      std::map<std::string, reason::ProfileSet::Labels>{{"own", {{"production", {{1, 1}}}}}});
}

TEST_F(OffDomainTest, AChatGetsTheRefusalAsAnAnswer) {
  Begin(AnswerChat);
  const net::HttpResponse answer =
      Post("/v1/chat/completions", Chat({{"user", kPoem}}, {{"model", "some"}}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("x-lemma-off-domain"), "refused");
  EXPECT_FALSE(answer.header("x-request-id").empty());
  const boost::json::object body = Parse(answer.body);
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("model"), "some");
  const boost::json::object choice = body.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  EXPECT_EQ(choice.at("message").at("role"), "assistant");
  EXPECT_EQ(choice.at("lemma").at("off_domain"), "refused");
  EXPECT_THAT(std::string(choice.at("message").at("content").as_string()),
              HasSubstr("mathematics and programming"));
  EXPECT_EQ(body.at("usage").at("total_tokens"), 0);
  EXPECT_EQ(worker_->n_requests(), 0u);
}

TEST_F(OffDomainTest, AStreamedChatGetsChunks) {
  Begin(AnswerChat);
  const auto chunks_of = [&](boost::json::object more) {
    more["stream"] = true;
    const net::HttpResponse answer =
        Post("/v1/chat/completions", Chat({{"user", kPoemChinese}}, std::move(more)));
    EXPECT_EQ(answer.header("content-type"), "text/event-stream");
    net::SseParser parser;
    return parser.Push(answer.body);
  };
  auto chunks = chunks_of({});
  ASSERT_EQ(chunks.size(), 3u);
  const boost::json::object first = Parse(chunks[0].data);
  EXPECT_EQ(first.at("object"), "chat.completion.chunk");
  EXPECT_THAT(std::string(first.at("choices").at(0).at("delta").at("content").as_string()),
              HasSubstr("数学"));
  EXPECT_TRUE(first.at("choices").at(0).at("finish_reason").is_null());
  EXPECT_EQ(Parse(chunks[1].data).at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(chunks[2].data, "[DONE]");

  chunks = chunks_of({{"stream_options", {{"include_usage", true}}}});
  ASSERT_EQ(chunks.size(), 4u);
  EXPECT_TRUE(Parse(chunks[2].data).at("choices").as_array().empty());
  EXPECT_EQ(Parse(chunks[2].data).at("usage").at("total_tokens"), 0);
}

TEST_F(OffDomainTest, GenerateGetsItsOwnShape) {
  Begin(AnswerChat);
  const boost::json::object whole = Parse(Post("/generate", Generate(kPoemChinese)).body);
  EXPECT_THAT(std::string(whole.at("text").as_string()), HasSubstr("数学"));
  EXPECT_EQ(whole.at("finish_reason"), "stop");
  EXPECT_EQ(whole.at("lemma").at("off_domain"), "refused");
  EXPECT_EQ(whole.at("usage").at("completion_tokens"), 0);

  const net::HttpResponse streamed = Post("/generate", Generate(kPoem, {{"stream", true}}));
  EXPECT_EQ(streamed.header("x-lemma-off-domain"), "refused");
  net::SseParser parser;
  const auto events = parser.Push(streamed.body);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_TRUE(Parse(events[0].data).contains("text"));
  EXPECT_EQ(Parse(events[1].data).at("usage").at("total_tokens"), 0);
  EXPECT_EQ(events[2].data, "[DONE]");
  EXPECT_EQ(worker_->n_requests(), 0u);
}

TEST_F(OffDomainTest, ProblemsAndConversationsAboutThemAreAsked) {
  Begin(AnswerChat);
  EXPECT_FALSE(IsRefused("/generate", Generate("What is 17 * 23?")));
  EXPECT_FALSE(IsRefusedChat({{"user", "17*23"}, {"assistant", "391"}, {"user", "thanks"}}));
  EXPECT_FALSE(IsRefusedChat({{"user", "hello"}, {"assistant", "Hi"}, {"user", "17*23"}}));
  EXPECT_TRUE(IsRefusedChat({{"user", "hello"}, {"assistant", "Hi"}, {"user", kPoem}}));
}

TEST_F(OffDomainTest, AClientsOwnSystemPromptSaysWhatTheModelIsFor) {
  Begin(AnswerChat);
  EXPECT_FALSE(IsRefused("/generate", Generate(kPoem, {{"system", "You are a poet."}})));
  EXPECT_FALSE(IsRefusedChat({{"system", "You are a poet."}, {"user", kPoem}}));
  EXPECT_TRUE(IsRefusedChat({{"system", "  "}, {"user", kPoem}}));
}

TEST_F(OffDomainTest, ThePolicyIsThatOfTheProfileAlsoOfOneThatIsNamed) {
  GatewayOptions options;
  for (const auto& [policy, said, is_asked] :
       {std::tuple(reason::OffDomainPolicy::kRefuse, "refused", false),
        std::tuple(reason::OffDomainPolicy::kWarn, "warned", true),
        std::tuple(reason::OffDomainPolicy::kPass, "", true)}) {
    options.profiles = [set = With(policy)] { return set; };
    Begin(AnswerChat, options);
    const net::HttpResponse answer = Post("/generate", Generate(kPoem, {{"profile", "own"}}));
    EXPECT_EQ(answer.header("x-lemma-off-domain"), said);
    EXPECT_EQ(worker_->n_requests(), is_asked ? 1u : 0u);
    EXPECT_EQ(Parse(answer.body).at("text") == "4", is_asked);
  }
}

TEST_F(OffDomainTest, ItCanBeTurnedOff) {
  GatewayOptions options;
  options.judges_domain = false;
  Begin(AnswerChat, options);
  EXPECT_FALSE(IsRefused("/generate", Generate(kPoem)));
}

TEST_F(OffDomainTest, ItIsCounted) {
  Begin(AnswerChat);
  Post("/generate", Generate(kPoem));
  Post("/generate", Generate("17*23"));
  EXPECT_THAT(Ask("GET", "/metrics").body,
              HasSubstr("lemma_gateway_off_domain_total{outcome=\"refused\",profile=\"math\"} 1"));
}

// What a service whose model knows two profiles alone chooses.
TEST_F(OffDomainTest, ARequestGetsTheProfileThatFitsOfThoseToChooseFrom) {
  constexpr const char* kQuestion = "Prove by induction that 1 + 2 + ... + n = n(n+1)/2.";
  GatewayOptions options;
  Begin(AnswerChat, options);
  EXPECT_EQ(Post("/generate", Generate(kQuestion)).header("x-lemma-profile"), "induction");
  options.chosen_profiles = {"math", "algorithm"};
  Begin(AnswerChat, options);
  EXPECT_EQ(Post("/generate", Generate(kQuestion)).header("x-lemma-profile"), "math");
}

using OffDomainAccessTest = AccessTest;

TEST_F(OffDomainAccessTest, ARefusalCountsAsARequestOfNoTokensAndHasARow) {
  const auto key = Create(Spec("one", {.requests_per_minute = 1, .tokens_per_day = 10'000}));
  BeginWithKeys(AnswerChat);
  boost::json::object streamed = {{"stream", true}, {"max_tokens", 50}};
  const net::HttpResponse answer =
      PostAs(key.text, "/v1/chat/completions", Chat({{"user", kPoem}}, std::move(streamed)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("x-lemma-off-domain"), "refused");
  EXPECT_EQ(answer.body.find("usage"), std::string::npos) << "the client did not ask for it";
  EXPECT_TRUE(Eventually([&] { return DayTokens(key) == 0; }));
  EXPECT_EQ(PostAs(key.text, "/generate", Generate(kPoem)).status, 429);

  const std::string id(answer.header("x-request-id"));
  ASSERT_TRUE(Eventually([&] { return store_->log->Find(id)->has_value(); }));
  const store::RequestRecord row = **store_->log->Find(id);
  EXPECT_EQ(row.http_status, 200);
  EXPECT_EQ(row.finish_reason, "off_domain");
  EXPECT_EQ(row.profile, "math");
  EXPECT_EQ(row.prompt_tokens + row.completion_tokens, 0);
  EXPECT_EQ(worker_->n_requests(), 0u);
}

}  // namespace
}  // namespace lemma::gateway
