/** The dark theme of Grafana, as far as the drawings need it. */
export const STYLE = `
*{box-sizing:border-box}
body{margin:0;background:#111217;color:rgb(204,204,220);font:14px/1.57 Inter,sans-serif;font-feature-settings:"tnum"}
header{display:flex;justify-content:space-between;align-items:center;height:48px;padding:0 16px;background:#181b1f;border-bottom:1px solid rgba(204,204,220,.12)}
header p{margin:0;color:rgba(204,204,220,.65)}header p i{margin:0 10px;font-style:normal}header p b{color:rgb(204,204,220);font-weight:500}
header time{border:1px solid rgba(204,204,220,.2);border-radius:2px;padding:4px 12px;font-size:13px}
nav{display:flex;gap:10px;overflow:hidden;padding:14px 16px 6px;align-items:center}
nav span{display:flex}nav label{white-space:nowrap;padding:4px 8px;background:#181b1f;border:1px solid rgba(204,204,220,.2);border-right:0;border-radius:2px 0 0 2px;font-size:12px;font-weight:500}
nav b{padding:4px 8px 4px 10px;background:#111217;border:1px solid rgba(204,204,220,.2);border-radius:0 2px 2px 0;font-size:12px;font-weight:400;max-width:220px;white-space:nowrap;overflow:hidden}
nav u{margin-left:10px;text-decoration:none;color:rgba(204,204,220,.65)}
nav .links{margin-left:auto;gap:6px;overflow:hidden}nav a{white-space:nowrap;font-size:12px;padding:4px 8px;background:rgba(204,204,220,.08);border-radius:2px}
main{position:relative;margin:8px 16px 0}
section,h2{position:absolute}
section{background:#181b1f;border:1px solid rgba(204,204,220,.12);border-radius:2px;overflow:hidden}
h2{margin:0;font-size:16px;font-weight:500;line-height:30px}h2 i{font-style:normal;margin:0 10px 0 6px;color:rgba(204,204,220,.65)}
h2 small{font-size:12px;font-weight:400;margin-left:10px;color:rgba(204,204,220,.65)}
h3{margin:0;height:36px;line-height:36px;padding:0 8px;font-size:14px;font-weight:500;white-space:nowrap;overflow:hidden}
.info{display:inline-block;width:13px;height:13px;margin-left:8px;border:1px solid rgba(204,204,220,.5);border-radius:50%;font:500 9px/11px Inter;text-align:center;color:rgba(204,204,220,.65);vertical-align:2px}
.none{margin:0;height:100%;display:flex;align-items:center;justify-content:center;color:rgba(204,204,220,.65);padding-bottom:30px}
svg{display:block}.body{height:calc(100% - 36px);overflow:hidden}
.stat{display:flex;height:100%}.stat div{position:relative;text-align:center;height:100%;overflow:hidden}
.stat b{display:block;font-weight:500;white-space:nowrap;letter-spacing:-.01em}.stat small{display:block;font-size:13px;text-align:left;white-space:nowrap;overflow:hidden}
.stat svg{position:absolute;bottom:0;left:0}
.graph.right{display:flex;gap:8px}.legend{overflow:hidden;font-size:12px}
.legend.list{display:flex;flex-wrap:wrap;gap:0 14px;align-content:flex-start;padding-left:4px}.legend i{display:inline-block;width:14px;height:4px;border-radius:2px;margin-right:8px;vertical-align:3px}
.legend table{width:100%;border-collapse:collapse}.legend td,.legend th{height:24px;padding:0 8px;white-space:nowrap;text-align:right;font-weight:400;border-bottom:1px solid rgba(204,204,220,.07)}
.legend th{color:#6e9fff;font-weight:500;border-bottom:1px solid rgba(204,204,220,.12)}.legend .name{text-align:left;padding-left:4px;width:99%}
.bars div{display:flex;align-items:center}.bars span{padding-right:10px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.bars i{display:block;height:100%;background:rgba(204,204,220,.06);border-radius:2px}.bars b{padding-left:10px;font-weight:400;white-space:nowrap}
.table{height:100%;overflow:hidden}.table table{table-layout:fixed;border-collapse:collapse}
.table th,.table td{height:36px;padding:0 6px;font-size:14px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;border:0 solid rgba(204,204,220,.07);border-width:0 1px 1px 0}
.table th{font-weight:500;font-size:13px;background:#1f2227}.left{text-align:left}.right{text-align:right}.center{text-align:center}
.table .link{color:#6e9fff}.gauge{display:flex;align-items:center;gap:6px}.gauge>i{flex:1;height:18px;background:rgba(204,204,220,.06)}.gauge i i{display:block;height:100%}.gauge b{font-weight:400;text-align:right}
.colors{position:relative;width:260px;font-size:11px;color:rgba(204,204,220,.65);display:flex;flex-wrap:wrap;justify-content:space-between}.colors i{width:100%;height:8px;border-radius:2px;margin-top:4px}
footer{padding:14px 16px 16px;font-size:12px;color:rgba(204,204,220,.65)}
`;
