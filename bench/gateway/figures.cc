#include "figures.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace lemma::bench {
namespace {

namespace json = boost::json;

constexpr const char* kContenders[] = {"direct", "nginx", "lemma"};

std::string Cell(const Figure& figure, const std::string& contender) {
  const auto found = figure.values.find(contender);
  if (found == figure.values.end()) return "";
  const bool is_difference = figure.is_added && contender != "direct";
  const bool is_count = figure.unit.empty();
  if (is_count) return fmt::format("{:.0f}", found->second);
  return is_difference ? fmt::format("{:+.3f}", found->second)
                       : fmt::format("{:.3f}", found->second);
}

std::string TargetCell(const Figure& figure) {
  if (!figure.target_max && !figure.target_min) return "";
  const double value = figure.values.at("lemma");
  const bool is_met = (!figure.target_max || value <= *figure.target_max) &&
                      (!figure.target_min || value >= *figure.target_min);
  return fmt::format("{} {:g}, {}", figure.target_max ? "at most" : "at least",
                     figure.target_max ? *figure.target_max : *figure.target_min,
                     is_met ? "met" : "missed");
}

}  // namespace

std::string TableOf(const std::vector<Figure>& figures) {
  std::string out = fmt::format("{:<44} {:>10} {:>10} {:>10}  {}\n", "", "direct", "nginx", "lemma",
                                "target for lemma");
  for (const Figure& figure : figures) {
    out += fmt::format("{:<44}", figure.name + (figure.unit.empty() ? "" : ", " + figure.unit));
    for (const char* contender : kContenders)
      out += fmt::format(" {:>10}", Cell(figure, contender));
    out += "  " + TargetCell(figure) + "\n";
  }
  return out;
}

std::string JsonOf(const std::vector<Figure>& figures) {
  json::array rows;
  for (const Figure& figure : figures) {
    json::object row{{"name", figure.name}, {"unit", figure.unit}, {"is_added", figure.is_added}};
    json::object& values = row["values"].emplace_object();
    for (const auto& [contender, value] : figure.values) values[contender] = value;
    if (figure.target_max) row["target_max"] = *figure.target_max;
    if (figure.target_min) row["target_min"] = *figure.target_min;
    rows.push_back(std::move(row));
  }
  return json::serialize(rows);
}

}  // namespace lemma::bench
