local trimmed(block) = std.join('\n', [line for line in std.split(block, '\n') if line != '']);

// A fraction with this many digits after the point, or with more if they do not give it back.
local decimal(value, digits) =
  local text = '%.*f' % [digits, value];
  if std.parseJson(text) == value then text
  else if digits < 22 then decimal(value, digits + 1)
  else std.toString(value);

// A text with values in its places: by name for %(name)s, or in their order (or the only one) for %s; %% is %. As the operator %,
// which takes Debian's jsonnet a millisecond for each place: a minute for the tests of all of this.
local fill(text, values) =
  local isNamed = std.isObject(values);
  // Characters that no text has stand for what is looked for: std.split takes one.
  local PLACE = '\u0001', END = '\u0002', PERCENT = '\u0003';
  local unescaped = std.strReplace(text, '%%', PERCENT);
  local marked =
    if isNamed then std.strReplace(std.strReplace(unescaped, '%(', PLACE), ')s', END) else std.strReplace(unescaped, '%s', PLACE);
  local plain(part) = std.strReplace(std.strReplace(part, END, ')s'), PERCENT, '%');
  local parts = std.split(marked, PLACE);
  local ordered = if std.isArray(values) then values else [values];
  local filled(index) =
    if index == 0 then plain(parts[0])
    else if isNamed then
      local cut = std.splitLimit(parts[index], END, 1);
      values[cut[0]] + plain(cut[1])
    else ordered[index - 1] + plain(parts[index]);
  assert isNamed || std.length(ordered) == std.length(parts) - 1 : 'not one value for each place of ' + text;
  std.join('', std.makeArray(std.length(parts), filled));

{
  fill:: fill,

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
      if ofAll then fill('var-%s=%%24__all', label)
      else fill('var-%(label)s={{ $labels.%(label)s | urlquery }}', { label: label })
      for label in (if std.objectHas(variables, dashboard) then variables[dashboard] else ['target'])
    ];
    fill('%s/d/peer-exporter-%s?%s', [config.dashboardBaseUrl, dashboard, std.join('&', query)]),

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
                     runbook_url: fill('%s/%s.md', [config.runbookBaseUrl, definition.alert]),
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
