#include "common/text/chat_messages.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>

#include "common/text/reasoning_splitter.h"

namespace lemma::text {
namespace {

namespace json = boost::json;

std::string ReadTextPart(FieldReader part) {
  std::string type;
  std::string text;
  part.ReadString("type", type);
  if (type != "text") part.Fail("type", "must be \"text\"");
  part.Require("text");
  part.ReadString("text", text);
  return text;
}

std::string ReadContent(FieldReader& message, bool may_be_missing) {
  const json::value* content =
      may_be_missing ? message.Find("content") : message.Require("content");
  if (content == nullptr) return "";
  if (content->is_string()) return std::string(content->get_string());
  if (!content->is_array()) {
    message.Fail("content", "must be a string or an array of text parts");
    return "";
  }
  std::string text;
  const json::array& parts = content->get_array();
  for (size_t i = 0; i < parts.size() && message.ok(); ++i) {
    const std::string name = fmt::format("content[{}]", i);
    if (parts[i].is_object()) {
      text += ReadTextPart(message.Within(parts[i].get_object(), name));
    } else {
      message.Fail(name, "must be an object");
    }
  }
  return text;
}

ChatMessage ReadMessage(FieldReader reader) {
  ChatMessage message;
  reader.Require("role");
  reader.ReadString("role", message.role);
  if (message.role == "developer") message.role = "system";
  const bool is_assistant = message.role == "assistant";
  if (message.role != "system" && message.role != "user" && !is_assistant) {
    reader.Fail("role", "must be \"system\", \"developer\", \"user\" or \"assistant\"");
  }
  message.content = ReadContent(reader, /*may_be_missing=*/is_assistant);
  if (is_assistant) message.content = WithoutThinking(std::move(message.content));
  return message;
}

}  // namespace

std::string WithoutThinking(std::string content) {
  const bool has_tag =
      content.find("<think>") != std::string::npos || content.find("</think>") != std::string::npos;
  if (!has_tag) return content;
  ReasoningSplitter splitter;
  std::string answer = splitter.Push(content).content;
  return answer + splitter.Finish().content;
}

void ReadMessages(FieldReader& body, std::vector<ChatMessage>& into) {
  const json::value* messages = body.Require("messages");
  if (messages == nullptr) return;
  if (!messages->is_array()) return body.Fail("messages", "must be an array");
  if (messages->get_array().empty()) return body.Fail("messages", "must not be empty");
  const json::array& array = messages->get_array();
  for (size_t i = 0; i < array.size() && body.ok(); ++i) {
    const std::string name = fmt::format("messages[{}]", i);
    if (!array[i].is_object()) return body.Fail(name, "must be an object");
    into.push_back(ReadMessage(body.Within(array[i].get_object(), name)));
  }
}

}  // namespace lemma::text
