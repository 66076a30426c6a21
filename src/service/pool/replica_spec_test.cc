#include "service/pool/replica_spec.h"

#include <gtest/gtest.h>

#include "service/pool/probe.h"

namespace lemma::pool {
namespace {

TEST(ReplicaSpecTest, WhatIsWrittenIsRead) {
  const auto spec =
      *ParseReplicaSpec("http://gpu1:8000/v1,model=vibethinker-3b,name=gpu,key-file=/etc/gpu.key");
  EXPECT_EQ(spec.address, "gpu1:8000");
  EXPECT_EQ(spec.model, "vibethinker-3b");
  EXPECT_EQ(spec.name, "gpu");
  EXPECT_EQ(spec.key_file, "/etc/gpu.key");
  EXPECT_EQ(spec.key_env, "");
  for (const char* text : {"gpu1:8000", "http://gpu1:8000", "http://gpu1:8000/",
                           "http://gpu1:8000/v1", "http://gpu1:8000/v1/"}) {
    const auto plain = ParseReplicaSpec(text);
    ASSERT_TRUE(plain.ok()) << text << plain.status().ToString();
    EXPECT_EQ(plain->address, "gpu1:8000") << text;
    EXPECT_EQ(plain->name, "gpu1:8000");
  }
  EXPECT_EQ(ParseReplicaSpec("unix:/run/v1")->address, "unix:/run/v1");
  EXPECT_EQ(ParseReplicaSpec("gpu1:1,slots=4")->slots, 4);
  EXPECT_EQ(ParseReplicaSpec("https://gpu1/v1")->address, "https://gpu1:443");
}

TEST(ReplicaSpecTest, WhatIsWrongIsNamed) {
  for (const char* text :
       {"", "gpu1", "gpu1:99999", "http://gpu1:1/api", "gpu1:1,model",
        "gpu1:1,model=", "gpu1:1,weight=2", "gpu1:1,slots=0", "gpu1:1,slots=4x",
        "gpu1:1,slots=65537", "gpu1:1,key-file=a,key-env=b", "gpu1:1,name=a\r\nb: c"}) {
    const auto spec = ParseReplicaSpec(text);
    EXPECT_EQ(spec.status().code(), StatusCode::kInvalidArgument) << text;
  }
  const auto key = ParseReplicaSpec("gpu1:1,key=sk-planted");
  EXPECT_NE(key.status().message().find("\"key\" is none of"), std::string::npos);
  EXPECT_EQ(key.status().message().find("planted"), std::string::npos);
}

TEST(ReplicaSpecTest, AKeyIsOneLineThatCanBeSent) {
  EXPECT_TRUE(CheckReplicaKey("sk-a.b_c~").ok());
  for (const std::string& key : {std::string(), std::string("a b"), std::string("a\r\nX: y"),
                                 std::string("\xc3\xa4"), std::string(4097, 'a')}) {
    EXPECT_FALSE(CheckReplicaKey(key).ok()) << key;
  }
}

TEST(ModelListTest, ReadsIdsAndKeepsEntries) {
  const auto models =
      *ParseModelList(R"({"data":[{"id":"a","max_model_len":7},{"x":1},{"id":"b"}]})");
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].id, "a");
  EXPECT_EQ(models[0].entry, R"({"id":"a","max_model_len":7})");
  EXPECT_EQ(models[1].id, "b");
  EXPECT_EQ(PlainModel("a\"b").entry, R"({"id":"a\"b","object":"model","owned_by":""})");
  for (const char* body : {"", "[]", "{}", R"({"data":[]})", R"({"data":{}})"}) {
    EXPECT_FALSE(ParseModelList(body).ok()) << body;
  }
}

}  // namespace
}  // namespace lemma::pool
