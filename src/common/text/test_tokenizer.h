// A small tokenizer for tests: 256 byte tokens (id = byte), a few merges, ChatML's tokens.
#pragma once

#include <boost/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "common/text/tokenizer.h"

namespace lemma::text {

// Its tokenizer.json; change it to test what is refused.
boost::json::object SmallTokenizerJson();
Tokenizer SmallTokenizer();

inline constexpr TokenId kSmallEndOfText = 300;
inline constexpr TokenId kSmallTurnStart = 301;
inline constexpr TokenId kSmallTurnEnd = 302;
inline constexpr TokenId kSmallThink = 303;  // not special

// Text of pieces drawn from `pieces`.
std::string RandomText(std::mt19937& random, const std::vector<std::string>& pieces,
                       size_t n_pieces_max);

// `text` cut into parts at random places.
std::vector<std::string> RandomCuts(std::mt19937& random, const std::string& text);

}  // namespace lemma::text
