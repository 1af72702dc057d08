local trimmed(block) = std.join('\n', [line for line in std.split(block, '\n') if line != '']);

// A fraction with this many digits after the point, or with more if they do not give it back.
local decimal(value, digits) =
  local text = '%.*f' % [digits, value];
  if std.parseJson(text) == value then text
  else if digits < 22 then decimal(value, digits + 1)
  else std.toString(value);

{
  // A text of several lines, as one line.
  text(block):: std.strReplace(trimmed(block), '\n', ' '),

  // A block without the end of its last line. std.rstripChars takes a millisecond for it in Debian's jsonnet.
  trimmed:: trimmed,

  // An expression that is inserted into a line that begins with these spaces.
  indented(expr, spaces):: std.strReplace(trimmed(expr), '\n', '\n' + spaces),

  // A number in PromQL or in a sentence, with as few digits as give it back: std.toString(0.1) is 0.10000000000000001. Strings
  // stay as they are: they stand for numbers that Helm's template inserts later.
  number(value)::
    if std.isString(value) then value
    else if value == std.floor(value) then std.toString(value)
    else decimal(value, 1),

  // The labels that lead to the right place of each dashboard.
  local variables = {
    fleet: ['chain'],
    exporter: ['instance'],
  },

  // An alert without these labels is about all of them: Grafana's word for this, escaped.
  local dashboardUrl(config, dashboard, ofAll) =
    local query = [
      if ofAll then 'var-%s=%%24__all' % label
      else 'var-%(label)s={{ $labels.%(label)s | urlquery }}' % { label: label }
      for label in (if std.objectHas(variables, dashboard) then variables[dashboard] else ['target'])
    ];
    '%s/d/peer-exporter-%s?%s' % [config.dashboardBaseUrl, dashboard, std.join('&', query)],

  local get(object, key, default) = if std.objectHas(object, key) then object[key] else default,

  // An alert as Prometheus reads it. Comments are hidden.
  local finished(config, definition) =
    local changes = get(config.rules, definition.alert, {});
    local change = changes + get(changes, definition.severity, {});
    {
      alert: definition.alert,
      comment:: get(definition, 'comment', ''),
      expr: get(change, 'expr', trimmed(definition.expr)),
      'for': get(change, 'for', definition['for']),
      keep_firing_for: get(change, 'keep_firing_for', get(definition, 'keep_firing_for', '5m')),
      labels: config.extraLabels
              + get(definition, 'labels', {})
              + { severity: get(change, 'severity', definition.severity) }
              + get(changes, 'labels', {})
              + get(change, 'labels', {}),
      annotations: config.extraAnnotations
                   {
                     summary: definition.summary,
                     description: definition.description,
                     runbook_url: '%s/%s.md' % [config.runbookBaseUrl, definition.alert],
                     dashboard_url: dashboardUrl(config, definition.dashboard, get(definition, 'ofAll', false)),
                   }
                   + get(changes, 'annotations', {})
                   + get(change, 'annotations', {}),
    },

  // The alerts of a section ({title, rules}) that are not switched off. The first has the title, hidden.
  section(config, section)::
    local wanted = [rule for rule in section.rules if !get(config.disabled, rule.alert, false)];
    std.mapWithIndex(
      function(index, rule) finished(config, rule) { title:: if index == 0 then section.title else '' },
      wanted
    ),
}
