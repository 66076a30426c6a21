#include "service/gateway/replica_answer.h"

#include <gtest/gtest.h>

namespace lemma::gateway {
namespace {

TEST(ReplicaAnswer, CommentsAloneSayNothing) {
  for (const char* piece : {"", ": ping\n\n", ": ping\r\n\r\n", ":\n: a\n\n", "\n"}) {
    EXPECT_TRUE(IsComments(piece)) << piece;
  }
  for (const char* piece :
       {": ping", ": ping\n", ": ping\n\ndata: 1\n\n", "data: 1\n\n", ": a\n\nd", "event: x\n\n",
        " : a\n\n", "\rdata: 1\n\n", ": a\rdata: 1\n\n"}) {
    EXPECT_FALSE(IsComments(piece)) << piece;
  }
}

}  // namespace
}  // namespace lemma::gateway
