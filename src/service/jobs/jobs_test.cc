// Properties: a job is a request of its owner, asked once, answered once, and seen by its owner
// alone.
#include "service/jobs/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/jobs/job_request.h"
#include "service/jobs/test_jobs.h"

namespace lemma::jobs {
namespace {

using testing::HasSubstr;
LEMMA_FOR_BOTH_DATABASES(JobsTest);

TEST_P(JobsTest, AJobIsARequestOfItsOwnerWithASeed) {
  door_.SetAnswer(Solving(3));
  const auto jobs = Begin();
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto asked = Ask(*jobs, "POST", "/v1/jobs", kSolveJob, {{"traceparent", trace}});
  EXPECT_EQ(asked->Json().at("status"), "queued");
  EXPECT_EQ(asked->response.status, 202);
  const std::string id(asked->Json().at("id").as_string());
  const json::object job = Ended(*jobs, id);
  EXPECT_EQ(job.at("status"), "done");
  EXPECT_EQ(job.at("result").at("answer"), "42");
  EXPECT_EQ(job.at("progress").at("tokens"), 41);
  EXPECT_EQ(job.at("progress").at("samples_ended"), 1);
  EXPECT_EQ(job.at("progress").at("votes").at(0).at("answer"), "42");
  ASSERT_EQ(door_.requests().size(), 1u);
  const net::HttpRequest request = door_.requests()[0];
  EXPECT_EQ(request.path, "/v1/solve");
  EXPECT_EQ(solve::KeyOfOwn(request), "key_a");
  EXPECT_EQ(request.header("x-request-id"), id);
  EXPECT_EQ(request.header("traceparent"), trace);
  const json::object body = ParseJsonObject(request.body, "body").value();
  EXPECT_EQ(body.at("problem"), "6 * 7");
  EXPECT_EQ(body.at("stream"), true);
  EXPECT_TRUE(body.at("seed").is_int64());
}

TEST_P(JobsTest, AChatsStreamIsPutTogetherAsItWouldHaveBeenAnswered) {
  door_.SetAnswer([](std::shared_ptr<net::HttpExchange> exchange) {
    BeginStream(*exchange);
    for (
        const char* chunk :
        {R"({"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,)"
         R"("delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})",
         R"({"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"length"}]})",
         R"({"choices":[{"index":0,"delta":{"reasoning":"hm"}}]})",
         R"({"choices":[{"index":0,"delta":{"content":"4"},"logprobs":{"content":[{"token":"4"}]}}]})",
         R"({"choices":[{"index":0,"delta":{"content":"2"},"logprobs":{"content":[{"token":"2"}]}}]})",
         R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop","stop_reason":7}]})",
         R"({"choices":[],"usage":{"completion_tokens":9}})", "[DONE]"}) {
      exchange->Write(net::SseEvent(chunk));
    }
    exchange->Finish();
  });
  const auto jobs = Begin();
  const std::string id =
      Post(*jobs, R"({"target":"/v1/chat/completions","body":{"messages":[],"seed":7,"n":2}})");
  const json::object job = Ended(*jobs, id);
  EXPECT_EQ(
      job.at("result"),
      json::parse(
          R"({"id":"c","object":"chat.completion","model":"m","usage":{"completion_tokens":9},)"
          R"("choices":[{"index":0,"message":{"role":"assistant","content":"42","reasoning":"hm"},)"
          R"("logprobs":{"content":[{"token":"4"},{"token":"2"}]},"finish_reason":"stop",)"
          R"("stop_reason":7},{"index":1,"message":{"content":"other"},"logprobs":null,)"
          R"("finish_reason":"length"}]})"));
  EXPECT_EQ(job.at("progress").at("tokens"), 9);
  EXPECT_EQ(ParseJsonObject(door_.requests()[0].body, "body").value().at("seed"), 7);
}

TEST_P(JobsTest, AnAnswerThatBreaksOffIsAFailure) {
  door_.SetAnswer([](std::shared_ptr<net::HttpExchange> exchange) {
    BeginStream(*exchange);
    exchange->Write(net::SseEvent(R"({"text":"4"})"));
    exchange->Finish();
  });
  const auto jobs = Begin();
  const json::object job =
      Ended(*jobs, Post(*jobs, R"({"target":"/generate","body":{"prompt":"x"}})"));
  EXPECT_EQ(job.at("status"), "failed");
  EXPECT_THAT(json::serialize(job.at("error")), HasSubstr("broke off"));
  EXPECT_FALSE(job.contains("result"));
}

TEST_P(JobsTest, AKeyThatIsRevokedWhileItRunsIsItsError) {
  door_.SetAnswer([](std::shared_ptr<net::HttpExchange> exchange) {
    BeginStream(*exchange);
    exchange->Write(net::SseEvent(R"({"error":{"code":"invalid_api_key"}})", "error"));
    exchange->Finish();
  });
  const auto jobs = Begin();
  const json::object job = Ended(*jobs, Post(*jobs, kSolveJob));
  EXPECT_EQ(job.at("status"), "failed");
  EXPECT_EQ(job.at("http_status"), 401);
}

TEST_P(JobsTest, WhatItsRequestIsRefusedForIsItsError) {
  door_.SetAnswer([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send(net::HttpResponse::Json(401, R"({"error":{"message":"revoked"}})"));
  });
  const auto jobs = Begin();
  const json::object job = Ended(*jobs, Post(*jobs, kSolveJob));
  EXPECT_EQ(job.at("status"), "failed");
  EXPECT_EQ(job.at("http_status"), 401);
  EXPECT_EQ(job.at("error").at("message"), "revoked");
}

TEST_P(JobsTest, AServerThatIsFullAndAKeyAtItsLimitsAreAskedAgain) {
  std::atomic<int> n = 0;
  door_.SetAnswer([&, solving = Solving(1)](std::shared_ptr<net::HttpExchange> exchange) {
    const int i = n++;
    if (i > 1) return solving(std::move(exchange));
    exchange->Send(i == 0 ? net::HttpResponse::Json(503, R"({"error":{}})")
                          : net::HttpResponse{429,
                                              {{"retry-after-ms", "61000"}},
                                              R"({"error":{"message":"too many"}})"});
  });
  RunnerOptions options;
  options.lease_ms = 3'600'000;
  const auto jobs = Begin(options);
  const std::string id = Post(*jobs, kSolveJob);
  const auto stream = Ask(*jobs, "GET", "/v1/jobs/" + id + "/events");
  stream->WaitFor(R"({"type":"waiting","wait_ms":2000,"http_status":503,"error":{}})");
  clock_.Advance(2000);
  stream->WaitFor(
      R"({"type":"waiting","wait_ms":61000,"http_status":429,"error":{"message":"too many"}})");
  clock_.Advance(61'000);
  stream->Wait();
  const json::object job = Get(*jobs, id);
  EXPECT_EQ(job.at("status"), "done");
  EXPECT_EQ(job.at("attempts"), 1) << "waiting is no attempt";
  EXPECT_EQ(door_.requests()[0].body, door_.requests()[2].body) << "with the same seed";
}

TEST_P(JobsTest, WhatCanNeverBeAdmittedIsNotAskedAgain) {
  door_.SetAnswer([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send({429, {{"x-should-retry", "false"}}, R"({"error":{"message":"too long"}})"});
  });
  const auto jobs = Begin();
  EXPECT_EQ(Ended(*jobs, Post(*jobs, kSolveJob)).at("error").at("message"), "too long");
}

TEST_P(JobsTest, CancelEndsWhatComputesAnywhere) {
  const auto one = Begin(), other = Begin();
  const std::string id = Post(*one, kSolveJob);
  door_.WaitFor(1);
  std::atomic<bool> has_left = false;
  door_.held(0)->OnClosed([&] { has_left = true; });
  // Whichever of the two runs it, the other is asked as well.
  for (Jobs* each : {one.get(), other.get()}) {
    EXPECT_EQ(Ask(*each, "DELETE", "/v1/jobs/" + id)->response.status, 200);
  }
  EXPECT_EQ(Ended(*one, id).at("status"), "cancelled");
  EXPECT_TRUE(has_left);
  EXPECT_EQ(door_.requests().size(), 1u);
}

TEST_P(JobsTest, WhatIsForgottenIsNotThereAnyMore) {
  const auto jobs = Begin();
  const std::string runs = Post(*jobs, kSolveJob);
  door_.WaitFor(1);
  const auto forget = [&](const std::string& id) {
    return Ask(*jobs, "DELETE", "/v1/jobs/" + id + "?forget=true")->Json();
  };
  const auto forgotten = [](const std::string& id) {
    return json::object{{"id", id}, {"object", "job"}, {"deleted", true}};
  };
  // It has to end first, which may be before the answer.
  const json::object ending = forget(runs);
  EXPECT_EQ(ending.at("id").as_string(), runs);
  if (!ending.contains("status")) EXPECT_EQ(ending, forgotten(runs));
  while (Ask(*jobs, "GET", "/v1/jobs/" + runs)->response.status != 404) {
  }
  door_.SetAnswer(Solving(1));
  const std::string done = Post(*jobs, kSolveJob);
  Ended(*jobs, done);
  EXPECT_EQ(Ask(*jobs, "DELETE", "/v1/jobs/" + done + "?forget=perhaps")->response.status, 400);
  EXPECT_EQ(Get(*jobs, done).at("status"), "done");
  EXPECT_EQ(forget(done), forgotten(done));
  EXPECT_EQ(Ask(*jobs, "GET", "/v1/jobs/" + done)->response.status, 404);
}

TEST_P(JobsTest, FiftyPostsToTwoGatewaysWithOneIdempotencyKeyAreOneJob) {
  door_.SetAnswer(Solving(1));
  const auto one = Begin(), other = Begin();
  std::vector<std::unique_ptr<Asked>> asked(50);
  store::InThreads(50, [&](int i) {
    asked[static_cast<size_t>(i)] = Ask(i % 2 == 0 ? *one : *other, "POST", "/v1/jobs", kSolveJob,
                                        {{"Idempotency-Key", "once"}});
  });
  std::multiset<int> statuses;
  std::set<std::string> ids;
  for (const auto& each : asked) {
    ids.emplace(each->Json().at("id").as_string());
    statuses.insert(each->response.status);
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(statuses.count(202), 1u);
  EXPECT_EQ(statuses.count(200), 49u);
  EXPECT_EQ(Ended(*one, *ids.begin()).at("status"), "done");
  EXPECT_EQ(door_.requests().size(), 1u);
  const auto changed = Ask(*other, "POST", "/v1/jobs", R"({"body":{"problem":"another"}})",
                           {{"Idempotency-Key", "once"}});
  EXPECT_EQ(changed->response.status, 409);
  EXPECT_EQ(changed->Json().at("error").at("param"), "Idempotency-Key");
  const auto anothers =
      Ask(*one, "POST", "/v1/jobs", kSolveJob, {{"Idempotency-Key", "once"}}, "key_b");
  EXPECT_EQ(anothers->response.status, 202);
}

TEST_P(JobsTest, AnotherKeysJobsAreNotThere) {
  door_.SetAnswer(Solving(1));
  const auto jobs = Begin();
  const std::string id = Post(*jobs, kSolveJob);
  Ended(*jobs, id);
  for (const char* key : {"key_b", ""}) {
    for (const auto& [method, rest] :
         {std::pair("GET", ""), {"DELETE", ""}, {"GET", "/events"}, {"POST", "/events"}}) {
      const auto asked = Ask(*jobs, method, "/v1/jobs/" + id + rest, "", {}, key);
      EXPECT_EQ(asked->response.status, 404) << method << rest;
    }
    const auto page = Ask(*jobs, "GET", "/v1/jobs", "", {}, key);
    EXPECT_TRUE(page->Json().at("data").as_array().empty());
    EXPECT_EQ(Ask(*jobs, "GET", "/v1/jobs?after=" + id, "", {}, key)->response.status, 400);
  }
  EXPECT_EQ(Get(*jobs, id).at("status"), "done");
}

TEST_P(JobsTest, PagesNameTheNewestFirstWithoutResults) {
  door_.SetAnswer(Solving(1));
  const auto jobs = Begin();
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) {
    made.insert(made.begin(), Post(*jobs, kSolveJob));
    Ended(*jobs, made.front());
    clock_.Advance(1);
  }
  const json::object first = Ask(*jobs, "GET", "/v1/jobs?limit=2")->Json();
  EXPECT_EQ(first.at("has_more"), true);
  EXPECT_EQ(first.at("data").at(0).at("id"), json::value(made[0]));
  EXPECT_EQ(first.at("data").at(1).at("id"), json::value(made[1]));
  EXPECT_FALSE(first.at("data").at(0).as_object().contains("result"));
  const json::object last = Ask(*jobs, "GET", "/v1/jobs?limit=2&after=" + made[1])->Json();
  EXPECT_EQ(last.at("has_more"), false);
  EXPECT_EQ(last.at("data").as_array().size(), 1u);
  EXPECT_EQ(last.at("data").at(0).at("id"), json::value(made[2]));
}

TEST_P(JobsTest, EveryBadInputIsNamed) {
  const auto jobs = Begin();
  const std::string long_url = "http://x/" + std::string(2048, 'a');
  for (const auto& [body, param] : std::vector<std::pair<std::string, json::value>>{
           {"", nullptr},
           {"[]", nullptr},
           {"{}", "body"},
           {R"({"body":"text"})", "body"},
           {R"({"body":{},"target":"/v1/models"})", "target"},
           {R"({"body":{},"target":1})", "target"},
           {R"({"body":{},"webhook":"http://x"})", "webhook"},
           {R"({"body":{},"webhook":{}})", "webhook.url"},
           {R"({"body":{},"webhook":{"url":"ftp://x"}})", "webhook.url"},
           {R"({"body":{},"webhook":{"url":")" + long_url + R"("}})", "webhook.url"},
           {R"({"body":{},"webhook":{"url":"http://x\u0000y"}})", "webhook.url"},
           {R"({"body":{},"webhook":{"url":"http://x","secret":""}})", "webhook.secret"}}) {
    const auto asked = Ask(*jobs, "POST", "/v1/jobs", body);
    EXPECT_EQ(asked->response.status, 400) << body;
    EXPECT_EQ(asked->Json().at("error").at("param"), param) << body;
  }
  for (const std::string& key : std::vector<std::string>{"a b", "\xff", std::string(256, 'k')}) {
    const auto asked = Ask(*jobs, "POST", "/v1/jobs", kSolveJob, {{"Idempotency-Key", key}});
    EXPECT_EQ(asked->response.status, 400) << key;
  }
  for (const char* query : {"?limit=0", "?limit=101", "?limit=x", "?after=job-unknown"}) {
    EXPECT_EQ(Ask(*jobs, "GET", std::string("/v1/jobs") + query)->response.status, 400) << query;
  }
  EXPECT_EQ(Ask(*jobs, "PUT", "/v1/jobs")->response.header("allow"), "GET, POST");
  EXPECT_TRUE(door_.requests().empty());
}

}  // namespace
}  // namespace lemma::jobs
