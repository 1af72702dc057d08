// What this repository's tools need: the rules with their comments and titles. Users render mixin.libsonnet.
// With `template`, each value of `_config` is `@@path.of.its.key@@`: Helm's template inserts the values.
function(changes={}, template=false)
  local base = import 'mixin.libsonnet';
  local defaults = base._config;

  local placeholder(value, path) =
    if std.isObject(value) then { [key]: placeholder(value[key], path + [key]) for key in std.objectFields(value) }
    else '@@%s@@' % std.join('.', path);

  local merged = std.parseJson(std.toString(std.mergePatch(defaults, changes)));

  local mixin =
    // A text in the place of a number is no mistake here.
    if template then base { _checkedConfig:: std.parseJson(std.toString(placeholder(defaults, []))) }
    else base { _config:: merged };

  {
    config: defaults,
    alerts: [rule { comment::: super.comment, title::: super.title } for rule in mixin.prometheusAlerts.groups[0].rules],
    rules: [rule { comment::: super.comment } for rule in mixin.prometheusRules.groups[0].rules],
  }
