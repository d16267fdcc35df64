// The commonest runs of three characters in source code and documentation, lower case, the commonest first. Counted over
// the checkouts of a few public repositories (C, TypeScript, JavaScript, Markdown); only the order of magnitude matters.
const ranking =
  '    re th = entcon cotheioningtiohe  incomterallst ect  rodeif ---inted onsstrreaatesetsta  iexp if  cestnt ' +
  'serretredand setypypenstetuineturng fordiser locvalteskeyurnproresediarg ston cti todefor is  exnodtririn  "' +
  'pecizeist nomodto et endatiullrn   s===errithrepntese  follotatrennulver as  a isamendesizext annd assste de' +
  'men  /ort  ees  nuuleomp": orenamodulen praluof ommdulgeteadlue cadatlin oftedeplite  txpeertareileeleusefin' +
  '== le re blee tmanin ssepor teone a indcallis ==efi maunc_t witonfcheesshislseoun chfun ar clpre lirt ontid ' +
  'e se cthichaoidvoi pat topttore aunte iatanctismpar wimmat ce =notharablle_codts s aran sismomalal tente clu' +
  'asetimnfined ne va beit  elderimede eataddtincatpti firrotruen tchne  loclicorrorastfig itth app/co treve on' +
  't ill creersobjat fla uns tlagropequockmpofilervromlieack_reincly ultustt aluanumt snts.coivetexctxelseme us' +
  ' di whire  le: atcn tientemas  frtar000ntiply ke.to alratrveticenaavemit enaliar mat= 0refags fuinsfrodinere' +
  'perot outt =achlice_tnceagendiree_incouong// er_ps:mplignan hanreclemlusherencvueld git  ftraarthilplitrech ' +
  'actrit: "f tict tyrt_t rpatual_cope = n hapend tecoom sholonscre ostoct spenewera docri fadesvener._sttha mo' +
  ' lee rnsilatdivtsd - ue iti  dce e fangundleangentrner //nal shhttthutiv geme s: impve ttpfooormfiebloicacas' +
  '  p opnens =berhashubchi:// wery ze_ildcmdmbenex sojecsedalsdirainub.ovetps= ropsposns s:/dic oruesdelhatlow' +
  'r tslo r s ioc_ mebe st_opees.sigrouailumeic donom/emarueureplaledern suponple_arb.chou_mamaxhenbufprieyslet' +
  'sdsinfn at_et o/gimeminisyn//gt fds rrenneempreqsinanc acsen waorylas crrgebjeushsha adattssinit buloadrequa' +
  'siofree nwrint_ptrumbonlbind a= sut oulemotryiss_nouldcesejsacedexlescactablotuejre/oseyncutewhecteipt/vunfo' +
  'thrrippacnclsubcanfers/cashunsmaswe ttet: etejs/e_cd i ere pe et nfalm/v';

const ranks = new Map<string, number>();
for (let at = 0; at < ranking.length; at += 3) ranks.set(ranking.slice(at, at + 3), at / 3);

/** How common three bytes are in text, roughly: 0 for none of the common ones. */
export function commonness(text: string): number {
  const rank = ranks.get(text);
  return rank === undefined ? 0 : 1 / (rank + 10);
}
