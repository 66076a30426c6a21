// Property: whatever JSON a replica's stream holds, the answer is put together from what fits.
#include "service/jobs/job_answer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "service/jobs/job_request.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

void Add(JobAnswer& answer, const char* chunk) { answer.Add(json::parse(chunk).as_object()); }

TEST(JobAnswer, ChunksOfAnyShapeLeaveTheMessageWhole) {
  for (const char* odd :
       {R"({"choices":[{"index":0,"message":"x","delta":{"content":""}}]})",
        R"({"choices":[{"index":0,"message":{"content":"other"}}]})",
        R"({"choices":[{"index":"0","delta":"text","logprobs":"high"}]})",
        R"({"choices":[{"delta":{"role":7},"logprobs":{"content":3}}, 5, null]})",
        R"({"choices":"none","usage":3,"object":{}})", R"({"choices":[{}],"index":0})"}) {
    JobAnswer answer{std::string(kChat)};
    Add(answer, R"({"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[]}}]})");
    Add(answer, odd);
    Add(answer, R"({"choices":[{"index":0,"delta":{"content":"b"},"logprobs":{"content":[1]}}]})");
    Add(answer, R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
    const auto body = answer.Body();
    ASSERT_TRUE(body.ok()) << odd << ": " << body.status().ToString();
    const json::value whole = json::parse(*body);
    EXPECT_EQ(whole.at("choices").at(0).at("message").at("content"), "ab") << odd;
    EXPECT_EQ(whole.at("object"), "chat.completion") << odd;
  }
}

}  // namespace
}  // namespace lemma::jobs
