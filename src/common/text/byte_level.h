// The byte-level alphabet of GPT-2: each byte as one printable character, so that tokens of any
// bytes can be spelled in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lemma::text {

// The bytes that `token` spells; nothing where a character is not of the alphabet.
std::optional<std::string> BytesOfByteLevel(std::string_view token);

// The spelling of any bytes.
std::string ByteLevelOfBytes(std::string_view bytes);

}  // namespace lemma::text
